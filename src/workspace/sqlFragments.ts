/** Pieces of SQL that are made before they are asked: `Prisma.sql`, as one template is put into another. */
import { leaves } from './abs.ts';
import type { Abs } from './abs.ts';

/** Whether a template's tag makes a piece of SQL. */
export function isSqlTag(callee: Abs): boolean {
  const isClient =
    callee.k === 'generated' || (callee.k === 'package' && /^@prisma\/client(\/|$)/.test(callee.spec));
  return isClient && callee.path.join('.') === 'Prisma.sql';
}

/** A piece with its text, a question mark for each value that is bound; the same as what a raw query is given. */
export function sqlFragment(texts: readonly string[], values: readonly Abs[]): Abs {
  const text = texts.map((part, i) => part + (i < texts.length - 1 ? textOf(values[i]) : '')).join('');
  return {
    k: 'object',
    props: { sql: { k: 'lit', v: text }, values: { k: 'array', items: [...values], open: false } },
    open: false,
  };
}

/** The text of a piece that is put in; of one that grew by conditions the longest. */
function textOf(value: Abs | undefined): string {
  const sql = value?.k === 'object' && value.props['values'] ? value.props['sql'] : undefined;
  const known = sql ? leaves(sql).flatMap((leaf) => (leaf.k === 'lit' ? [String(leaf.v)] : [])) : [];
  return known.toSorted((one, other) => other.length - one.length)[0] ?? '?';
}
