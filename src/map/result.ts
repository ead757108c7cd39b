/** What an entry point answers, in a few words. */
import { awaited, isResponse } from '../workspace/abs.ts';
import type { Abs } from '../workspace/abs.ts';
import type { Entry } from '../workspace/entries.ts';
import { statusesOf } from '../workspace/responses.ts';

const MAX_KEYS = 8;

/**
 * `{ success, data?, error? }`, `{ orders } · 401 · 404`, `redirect`: keys that some answers lack have a question mark. `undefined` when
 * nothing can be told.
 */
export function resultOf(entry: Entry): string | undefined {
  const shapes: string[][] = [];
  const statuses = new Set<string>();
  let isOpen = false;
  for (const outcome of [...entry.around, ...entry.outcomes])
    for (const value of alternatives(outcome.value)) {
      if (isResponse(value) && value.k === 'made') {
        const given = statusesOf(value);
        for (const status of given ?? []) if (status !== 200) statuses.add(String(status));
        const body = value.args[0];
        if ((given?.some((status) => status < 300) ?? true) && body?.k === 'object') {
          shapes.push(keysOf(body));
          isOpen ||= body.open;
        }
      } else if (value.k === 'object') {
        shapes.push(keysOf(value));
        isOpen ||= value.open;
      }
    }
  const parts = [
    ...(shapes.length > 0 ? [shapeText(shapes, isOpen)] : []),
    ...[...statuses].toSorted(),
    ...(entry.events.some(({ kind }) => kind === 'redirect') ? ['redirect'] : []),
  ];
  return parts.length > 0 ? parts.join(' · ') : undefined;
}

function alternatives(value: Abs): Abs[] {
  const settled = awaited(value);
  return settled.k === 'variants'
    ? settled.list.flatMap((variant) => alternatives(variant.value))
    : [settled];
}

function keysOf(value: Extract<Abs, { k: 'object' }>): string[] {
  // What was taken out by `const { secret, ...rest } = row` is there as nothing.
  return Object.keys(value.props)
    .filter((key) => !value.open || value.props[key]?.k !== 'undef')
    .map((key) => (value.maybe?.includes(key) ? `${key}?` : key));
}

function shapeText(shapes: readonly string[][], isOpen: boolean): string {
  const names = [...new Set(shapes.flat().map((key) => key.replace(/\?$/, '')))];
  const shown = names
    .slice(0, MAX_KEYS)
    .map((name) => (shapes.every((keys) => keys.includes(name)) ? name : `${name}?`));
  const keys = [...shown, ...(isOpen || names.length > MAX_KEYS ? ['…'] : [])];
  return keys.length > 0 ? `{ ${keys.join(', ')} }` : '{}';
}
