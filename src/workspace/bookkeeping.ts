/** Writes that keep account of something and may fail, or must be kept, by themselves. */
import type { Abs } from './abs.ts';
import type { DbEffect } from './summary.ts';

/** `data: { views: { increment: 1 } }`, `data: { lastSeenAt: new Date() }`. */
export function isCounter(effect: DbEffect): boolean {
  return hasOnly(effect, (name) =>
    /views?$|visits?$|clicks?$|hits?$|^last[A-Z]|(Count|_count)$|usage/i.test(name),
  );
}

/** New tokens of somebody else's service: the old ones are void already, so they stay whatever comes after. */
export function isTokenRefresh(effect: DbEffect): boolean {
  return (
    hasOnly(effect, (name) => /token|expires|scope|refreshed|connected/i.test(name)) &&
    Object.keys(dataOf(effect)?.props ?? {}).some((name) => /(access|refresh)_?token/i.test(name))
  );
}

/** A status that says that work has begun: it keeps others away while it lasts, so it must be seen at once. */
export function isClaim(effect: DbEffect): boolean {
  return Object.entries(dataOf(effect)?.props ?? {}).some(
    ([name, value]) =>
      /status|state$/i.test(name) && /^(\w*ING|IN_PROGRESS|LOCKED|CLAIMED)$/i.test(wordOf(value)),
  );
}

function wordOf(value: Abs): string {
  if (value.k === 'lit')
    return typeof value.v === 'string' && value.v !== 'pending' && value.v !== 'PENDING' ? value.v : '';
  const word = value.k === 'generated' || value.k === 'package' ? (value.path.at(-1) ?? '') : '';
  return word === 'PENDING' ? '' : word;
}

function hasOnly(effect: DbEffect, isSuch: (name: string) => boolean): boolean {
  const data = dataOf(effect);
  const names = Object.keys(data?.props ?? {});
  return data !== undefined && !data.open && names.length > 0 && names.every(isSuch);
}

function dataOf({ op, args }: DbEffect): Extract<Abs, { k: 'object' }> | undefined {
  const data = op.startsWith('update') && args.k === 'object' ? args.props['data'] : undefined;
  return data?.k === 'object' ? data : undefined;
}
