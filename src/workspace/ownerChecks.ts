/** Comparisons that show whose a row or a value is. */
import { leaves, trim } from './abs.ts';
import type { Abs, Site } from './abs.ts';
import { addChecks } from './state.ts';
import type { State } from './state.ts';

/** `row.userId === session.user.id`, `userId === session.user.id`: the row, or the value, is the caller's. */
export function noteComparison(left: Abs, right: Abs, state: State, site: Site): void {
  for (const [value, other] of [[left, right] as const, [right, left] as const]) {
    if (!mayNameCaller(other)) continue;
    const row = rowOf(value);
    if (row?.query)
      addChecks(state, [
        {
          model: row.model,
          where: {
            k: 'object',
            props: {
              [row.path.join('.')]: other,
              ...(row.query.where?.k === 'object' ? row.query.where.props : {}),
            },
            open: false,
          },
          by: 'compare',
          site: { file: row.query.file, at: row.query.at },
        },
      ]);
    else if (!row && leaves(value).some((leaf) => leaf.k === 'param' || leaf.k === 'origin'))
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

/** The row behind a value that may also be missing. */
export function rowOf(value: Abs): Extract<Abs, { k: 'row' }> | undefined {
  if (value.k === 'row') return value;
  if (value.k !== 'variants') return undefined;
  for (const variant of value.list) if (variant.value.k === 'row') return variant.value;
  return undefined;
}

/** The session's holder; or a parameter, which may turn out to be given the session's holder by a caller. */
function mayNameCaller(value: Abs): boolean {
  if (value.k === 'variants') return value.list.some((variant) => mayNameCaller(variant.value));
  return (value.k === 'session' && value.path.length > 0) || value.k === 'param';
}
