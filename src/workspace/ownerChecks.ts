/** Comparisons, and questions to policies, that show whose a row or a value is. */
import type { Value } from '../facts/tsModel.ts';
import { leaves, trim } from './abs.ts';
import type { Abs, Site } from './abs.ts';
import type { Interpreter } from './interpreter.ts';
import { look, NOTHING } from './look.ts';
import { addChecks } from './state.ts';
import type { State } from './state.ts';

/** `row.userId === session.user.id`, `userId === session.user.id`: the row, or the value, is the caller's. */
export function noteComparison(left: Abs, right: Abs, state: State, site: Site): void {
  for (const [value, other] of [[left, right] as const, [right, left] as const]) {
    const rows = rowsOf(value);
    // What the client sent may be shown to be theirs by another check, before or after this one.
    if (!mayNameCaller(other) && !(rows.length > 0 && isSent(other))) continue;
    for (const row of rows)
      if (row.query)
        addChecks(state, [
          {
            model: row.model,
            where: {
              k: 'object',
              props: {
                [row.path.join('.')]: trim(other, 2),
                ...(row.query.where?.k === 'object' ? row.query.where.props : {}),
              },
              open: false,
            },
            by: 'compare',
            site: { file: row.query.file, at: row.query.at },
          },
        ]);
    if (rows.length === 0 && leaves(value).some((leaf) => leaf.k === 'param' || leaf.k === 'origin'))
      addChecks(state, [
        {
          model: '',
          where: { k: 'object', props: { value: trim(value, 2), caller: trim(other, 2) }, open: false },
          by: 'compare',
          site,
        },
      ]);
  }
}

/** `team.users.length`, `team.users[0]` of a row whose query asks for the list of the caller's own memberships: it is not empty. */
export function noteListed(value: Abs, state: State): void {
  const row = rowOf(value);
  const steps = row?.path ?? [];
  const last = steps.at(-1) ?? '';
  const list = (last === 'length' || /^\d+$/.test(last) ? steps.slice(0, -1) : steps).join('.');
  const where = row?.query?.lists?.[list];
  if (!row?.query || !where) return;
  const props: { [name: string]: Abs } = { [list]: where };
  if (row.query.where?.k === 'object') Object.assign(props, row.query.where.props);
  addChecks(state, [
    {
      model: row.model,
      where: { k: 'object', props, open: false },
      by: 'where',
      site: { file: row.query.file, at: row.query.at },
    },
  ]);
}

/** The rows that a value may be: after `found ??= await …` more than one. */
function rowsOf(value: Abs): Extract<Abs, { k: 'row' }>[] {
  if (value.k === 'unknown')
    return (value.from ?? []).flatMap((part) => (part.k === 'unknown' ? [] : rowsOf(part)));
  const row = rowOf(value);
  return row ? [row] : [];
}

/** The row behind a value that may also be missing. */
export function rowOf(value: Abs): Extract<Abs, { k: 'row' }> | undefined {
  if (value.k === 'row') return value;
  if (value.k !== 'variants') return undefined;
  for (const variant of value.list) if (variant.value.k === 'row') return variant.value;
  return undefined;
}

export const ALLOWS =
  /^(is_?)?(can|may|able|allow|permit|authori[sz]e|has_?(access|permission)|is_?(owner|member|allowed|author|authori[sz]ed|own))/i;
export const FORBIDS = /^(cannot|cant|denies|is_?(denied|forbidden))/i;

/**
 * `ability.can('update', subject('Post', post))`, `canEdit(user, post)`: a question about rights to a policy that can't be followed
 * counts as the check of the rows that it is asked about.
 */
export function notePolicy(
  it: Interpreter,
  call: Extract<Value, { k: 'call' }>,
  truth: boolean,
  state: State,
): void {
  const name = call.fn.k === 'ref' || call.fn.k === 'member' ? call.fn.name : '';
  const allows = FORBIDS.test(name) ? !truth : ALLOWS.test(name) && truth;
  // What the project wrote itself is followed: its name proves nothing.
  if (!allows || look(it, call.fn, state, NOTHING).k === 'closure') return;
  const args = call.args.map((arg) => look(it, arg, state, NOTHING));
  const caller: Abs = { k: 'session', path: ['user'] };
  for (const leaf of args.flatMap((arg) => leaves(arg)))
    if (leaf.k === 'row' || leaf.k === 'param' || leaf.k === 'origin')
      noteComparison(leaf.k === 'row' ? { ...leaf, path: [...leaf.path, 'policy'] } : leaf, caller, state, {
        file: it.file,
        at: call.at,
      });
}

/** The session's holder; or a parameter, which may turn out to be given the session's holder by a caller. */
function mayNameCaller(value: Abs): boolean {
  if (value.k === 'variants') return value.list.some((variant) => mayNameCaller(variant.value));
  if (value.k === 'unknown')
    return value.from !== undefined && value.from.length > 0 && value.from.every(mayNameCaller);
  return (
    (value.k === 'session' && value.path.length > 0) ||
    value.k === 'param' ||
    (value.k === 'row' && value.query !== undefined)
  );
}

function isSent(value: Abs): boolean {
  if (value.k === 'parsed') return isSent(value.of);
  return value.k === 'origin' && value.o === 'client';
}
