/** Kinds and sizes of the parts of a backend, and the drafts that are made of them. */
import { tokensChanged } from './hunks.ts';
import type { Part, PartKind } from './model.ts';
import type { Draft } from './words.ts';

/** What has a name that a message tells. */
export const isBackend = ({ kind }: Part): boolean =>
  /^(action|route|service|validation|env|auth|db)$/.test(kind);

/** What others can call. */
export const isEntry = ({ kind }: Part): boolean => kind === 'action' || kind === 'route';

export const scopes: { [kind in PartKind]?: string } = { action: 'actions', route: 'api' };

/** The scope of new things: actions, or what others call from outside, else the backend as such. */
export function scopeOf(parts: readonly Part[]): string {
  const count = (kind: PartKind) => parts.filter((part) => part.kind === kind).length;
  const [actions, routes] = [count('action'), count('route')];
  if (actions + routes === 0) return 'backend';
  return actions >= routes ? 'actions' : 'api';
}

export const growthOf = (parts: readonly Part[]): number => size(parts, 'after') - size(parts, 'before');

export const size = (parts: readonly Part[], side: 'before' | 'after'): number =>
  parts.reduce((sum, part) => sum + part[side].length, 0);

/** How much code differs, roughly. */
export const weight = (parts: readonly Part[]): number =>
  parts.reduce((sum, { before, after }) => sum + Math.abs(after.length - before.length) + 20, 0);

/** How many tokens differ. */
export const amount = (parts: readonly Part[]): number =>
  parts.reduce((sum, { before, after }) => {
    const { gone, come } = tokensChanged(before, after);
    return sum + gone.length + come.length;
  }, 0);

/** Whether most of what parts consist of stood in other parts, and goes there. */
export function stoodIn(parts: readonly Part[], others: readonly Part[]): boolean {
  const gone = new Set(others.flatMap(({ before, after }) => tokensChanged(before, after).gone));
  const names = new Set(parts.flatMap(({ after }) => after.match(/[A-Za-z_$][\w$]{2,}/g) ?? []));
  return [...names].filter((name) => gone.has(name)).length > names.size * 0.5;
}

export const draft = (type: string, scope: string | undefined, subject: Draft['subject']): Draft => ({
  type,
  scope,
  subject,
});
export const refactor = (subject: Draft['subject']): Draft => draft('refactor', 'backend', subject);
