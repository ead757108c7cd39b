/** The database calls that stand in a file, each as the outermost function around it sees it. */
import type { FileId } from '../base/path.ts';
import type { TsFacts } from '../facts/tsModel.ts';
import { valuesIn } from '../facts/valueIndex.ts';
import { functionKey } from './summary.ts';
import type { QueryFact, Summary } from './summary.ts';

/** @returns them by place */
export function queriesOf(
  file: FileId,
  facts: TsFacts,
  summaryOf: (key: string) => Summary,
): readonly QueryFact[] {
  if (!mayQuery(facts)) return [];
  const covered = new Set<number>();
  const found = new Map<number, QueryFact>();
  const order = facts.functions.map((_, id) => id).toSorted((a, b) => depthOf(facts, a) - depthOf(facts, b));
  for (const id of order) {
    if (covered.has(id)) continue;
    const summary = summaryOf(functionKey(file, id));
    for (const fn of summary.covered) covered.add(fn);
    for (const query of summary.queries) if (!found.has(query.at)) found.set(query.at, query);
  }
  return [...found.values()].toSorted((a, b) => a.at - b.at);
}

function depthOf(facts: TsFacts, id: number): number {
  let depth = 0;
  for (let fn = facts.functions[id]; fn && fn.parent >= 0; fn = facts.functions[fn.parent]) depth++;
  return depth;
}

/** Cheap test that spares most files: does any member name look like a database call? */
function mayQuery(facts: TsFacts): boolean {
  return facts.functions.some((fn) => valuesIn(fn, 'member').some(({ name }) => QUERY_NAMES.test(name)));
}

const QUERY_NAMES =
  /^(find(Many|First|Unique)(OrThrow)?|create(Many(AndReturn)?)?|update(Many(AndReturn)?)?|upsert|delete(Many)?|count|aggregate|groupBy|\$.*)$/;
