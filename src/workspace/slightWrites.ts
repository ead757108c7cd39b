/** Writes that take nothing from the rows' owner: counters that go up and down, and rows that are only made when they are missing. */
import type { Abs } from './abs.ts';
import type { DbEffect } from './summary.ts';

/** What is counted in money, goods or rights is somebody's. */
const WORTH =
  /balance|credit|amount|price|cost|money|wallet|coins?|points?|stock|quantity|inventory|quota|tokens?|limit|usage|score|reputation|karma|seats?/i;

/**
 * Whether a write leaves the rows that it picks as they are, but for counters of what others do with them:
 * `update: { likes: { increment: 1 } }` beside the caller's own like, `upsert` with an empty `update`.
 */
export function isSlight(effect: DbEffect): boolean {
  if (effect.kind !== 'write' || effect.args.k !== 'object') return false;
  const { data, update } = effect.args.props;
  if (effect.op === 'upsert') return update !== undefined && (isEmpty(update) || isCounting(update));
  return effect.op.startsWith('update') && data !== undefined && isCounting(data);
}

function isEmpty(value: Abs): boolean {
  return value.k === 'object' && !value.open && Object.keys(value.props).length === 0;
}

function isCounting(data: Abs): boolean {
  if (data.k === 'variants') return data.list.every((variant) => isCounting(variant.value));
  if (data.k !== 'object' || data.open || isEmpty(data)) return false;
  return Object.entries(data.props).every(([name, value]) => !WORTH.test(name) && isStep(value));
}

/** `{ increment: 1 }` */
function isStep(value: Abs): boolean {
  if (value.k !== 'object' || value.open) return false;
  const [only, ...others] = Object.entries(value.props);
  if (!only || others.length > 0) return false;
  const [name, by] = only;
  return (name === 'increment' || name === 'decrement') && by.k === 'lit';
}
