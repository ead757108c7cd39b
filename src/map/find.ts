/** Entries of the map by a part of their name: what an editor's "go to symbol in workspace" asks. */
import type { Workspace } from '../workspace/workspace.ts';
import { draftsOfApp } from './build.ts';
import type { Draft } from './entries.ts';
import type { Declaration } from './declarations.ts';
import { placeOfDraft } from './declarations.ts';
import type { EntryKind } from './model.ts';

export interface FoundEntry extends Declaration {
  /** `route GET /api/orders`: told from what other tools say of the same code by its first word. */
  name: string;
  /** Name of the application, where there are several. */
  app: string | undefined;
}

const KINDS: readonly EntryKind[] = ['action', 'route', 'page', 'service', 'model'];

/**
 * The entries whose names have the letters of a query in their order, the best first.
 * @param query in any case; empty for all
 */
export function findEntries(workspace: Workspace, query: string, limit: number): FoundEntry[] {
  const apps = workspace.project.apps('');
  const found: { score: number; name: string; app: string | undefined; draft: Draft }[] = [];
  const seen = new Set<string>();
  const wanted = query.toLowerCase().replaceAll(/\s+/g, '');
  for (const { root, name: app } of apps)
    for (const draft of draftsOfApp(workspace, root)) {
      const { kind, label, id } = draft.entry;
      if (!KINDS.includes(kind) || seen.has(id)) continue;
      seen.add(id);
      const name = `${kind} ${label}`;
      const score = Math.max(scoreOf(wanted, label), scoreOf(wanted, name));
      if (score >= 0) found.push({ score, name, app: apps.length > 1 ? app : undefined, draft });
    }
  return found
    .toSorted((a, b) => b.score - a.score || a.name.length - b.name.length || compare(a.name, b.name))
    .slice(0, limit)
    .map(({ name, app, draft }) => ({ ...placeOfDraft(workspace, draft), name, app }));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** How well letters fit into a name, -1 when they don't: whole names first, then beginnings of words, then letters in a row. */
export function scoreOf(query: string, name: string): number {
  if (query === '') return 0;
  const text = name.toLowerCase();
  if (text.replaceAll(' ', '') === query) return 1000;
  let score = 0;
  let from = 0;
  let last = -2;
  for (const letter of query) {
    const at = bestPlace(name, text, letter, from, last);
    if (at < 0) return hasInOrder(text, query) ? 1 : -1;
    score += at === last + 1 ? 5 : isWordStart(name, at) ? 4 : 1;
    last = at;
    from = at + 1;
  }
  return score;
}

function hasInOrder(text: string, letters: string): boolean {
  let from = 0;
  for (const letter of letters) {
    from = text.indexOf(letter, from) + 1;
    if (from === 0) return false;
  }
  return true;
}

/** The next place of a letter: right behind the last one, else at the start of a word, else anywhere. */
function bestPlace(name: string, text: string, letter: string, from: number, last: number): number {
  const next = text.indexOf(letter, from);
  if (next < 0 || next === last + 1) return next;
  for (let at = next; at >= 0; at = text.indexOf(letter, at + 1)) if (isWordStart(name, at)) return at;
  return next;
}

function isWordStart(name: string, at: number): boolean {
  if (at === 0) return true;
  const before = name.charAt(at - 1);
  return /[^a-z0-9]/i.test(before) || (/[a-z0-9]/.test(before) && /[A-Z]/.test(name.charAt(at)));
}
