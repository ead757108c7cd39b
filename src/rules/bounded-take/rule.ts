import { z } from 'zod';
import { leaves } from '../../workspace/abs.ts';
import type { Abs } from '../../workspace/abs.ts';
import { entriesReaching, reachingName } from '../../workspace/entriesReaching.ts';
import type { ReachingEntry } from '../../workspace/entriesReaching.ts';
import type { QueryFact } from '../../workspace/summary.ts';
import { defineRule } from '../rule.ts';
import type { Related, Report, RuleContext } from '../rule.ts';
import { isCompared, namesAt, unlimitedPart } from './limit.ts';
import { takesOf } from './takes.ts';
import type { Take } from './takes.ts';

const options = z.strictObject({
  maxTake: z.int().min(1).describe('Most rows of one page: the maximum that the fix writes.'),
  defaultTake: z
    .int()
    .min(1)
    .describe('Rows of one page when the caller names no number, as the fix writes it.'),
});
type Options = z.infer<typeof options>;

export const rule = defineRule<Options>({
  meta: {
    id: 'bounded-take',
    title: 'A number of rows that a client asks for has a maximum.',
    sections: ['S8'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options,
    defaults: { maxTake: 100, defaultTake: 20 },
    messages: {
      client:
        'The caller of {entry} chooses `take`, and nothing limits it. One request for a million rows reads a million rows. Clamp it: `Math.min(…, {max})`.',
      parsed:
        'The caller of {entry} chooses `take`, and its schema sets no maximum. One request for a million rows reads a million rows. Add `.max({max})`, or clamp it here.',
      raw: 'The caller of {entry} chooses LIMIT, and nothing limits it. One request for a million rows reads a million rows. Clamp it: `Math.min(…, {max})`.',
    },
  },
  check(context) {
    const { workspace, file, role } = context;
    if (role === 'tooling' || role === 'client' || role === 'generated' || role === 'migration') return;
    for (const query of workspace.queries(file)) {
      if (!isList(query.op)) continue;
      const takes = takesOf(query.args).filter((take) => mayBeClient(take.value));
      const isHandedIn = query.args.k === 'param';
      if (takes.length === 0 && !isHandedIn) continue;
      for (const found of reportsOf(context, query)) context.report(found);
    }
  },
});

const isList = (op: string): boolean => op === 'findMany' || op === 'groupBy' || op === '$queryRaw';

/** Whether a value may hold what a client chose. */
function mayBeClient(value: Abs): boolean {
  return leaves(value).some((leaf) => leaf.k === 'param' || leaf.k === 'origin' || leaf.k === 'parsed');
}

/** One report for each `take` that some entry point leaves open. */
function reportsOf(context: RuleContext<Options>, query: QueryFact): Report[] {
  const found = new Map<string, Report>();
  for (const from of entriesReaching(context.workspace, { file: query.file, at: query.at }))
    for (const take of takesOf(from.effect.args)) {
      if (found.has(take.path)) continue;
      const open = unlimitedPart(take.value, from);
      if (!open) continue;
      if (isLimitedByTest(context, query, take, { from, name: open.part.name })) continue;
      found.set(
        take.path,
        reportOf(context, query, take, {
          entry: reachingName(from),
          parsed: open.parsed,
          related:
            from.file === query.file
              ? []
              : [
                  {
                    place: { file: from.file, at: from.entry.at },
                    message: `${reachingName(from)} passes the number on.`,
                  },
                ],
        }),
      );
    }
  return [...found.values()];
}

/** Names under which an entry point hands a number of rows to a service. */
const USUAL_NAMES = ['take', 'limit', 'size', 'pageSize', 'perPage', 'count'];

/** Whether the number is compared with a maximum where it is used, or where it comes in. */
function isLimitedByTest(
  { workspace }: RuleContext<Options>,
  query: QueryFact,
  { at }: Take,
  { from, name }: { from: ReachingEntry; name: string | undefined },
): boolean {
  const here = at?.file ?? query.file;
  const facts = workspace.tsFacts(here);
  const names = new Set([...(name === undefined ? [] : [name]), ...namesAt(facts, at?.at)]);
  if (isCompared(facts, names)) return true;
  return from.file !== here && isCompared(workspace.tsFacts(from.file), new Set([...names, ...USUAL_NAMES]));
}

function reportOf(
  { file, options: { maxTake, defaultTake } }: RuleContext<Options>,
  query: QueryFact,
  { path, at }: Take,
  about: { entry: string; parsed: boolean; related: Related[] },
): Report {
  const isHere = at?.file === file;
  return {
    place: { at: isHere ? at.at : query.at },
    message: path === 'LIMIT' ? 'raw' : about.parsed ? 'parsed' : 'client',
    data: { entry: about.entry, max: String(maxTake) },
    related: [...(at && !isHere ? [{ place: at, message: '`take` is set here.' }] : []), ...about.related],
    fixes: isHere ? [{ recipe: 'clamp', data: { max: maxTake, initial: defaultTake } }] : [],
  };
}
