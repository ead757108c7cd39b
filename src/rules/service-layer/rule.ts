import { z } from 'zod';
import type { TsFacts, Value } from '../../facts/tsModel.ts';
import { visitSteps, visitValue } from '../../facts/visit.ts';
import { tablesOf } from '../../workspace/guardState.ts';
import { hasServiceLayer, layerOf } from '../../workspace/layering.ts';
import type { Layer } from '../../workspace/layering.ts';
import type { QueryFact } from '../../workspace/summary.ts';
import { defineRule } from '../rule.ts';
import type { RuleContext } from '../rule.ts';

const options = z.strictObject({
  allowTransactions: z
    .boolean()
    .describe('Whether actions and route handlers may run `$transaction` themselves.'),
});
type Options = z.infer<typeof options>;

export const rule = defineRule<Options>({
  meta: {
    id: 'service-layer',
    title: 'Pages, route handlers and actions reach the database through services.',
    sections: ['S4'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options,
    defaults: { allowTransactions: false },
    messages: {
      found:
        '{what} is called in {where}. Queries outside the service layer are repeated, and each copy has its own filters. Move it to a service function.',
    },
  },
  check(context) {
    const { workspace, file, role, facts } = context;
    if (facts.kind !== 'ts' || !LOOKED_AT.has(role)) return;
    const queries = workspace.queries(file);
    if (queries.length === 0) return;
    const layer = layerOf(workspace, file);
    if (layer === 'service' || layer === 'none') return;
    const isFollowed = hasServiceLayer(workspace, file);
    const fixes = [{ recipe: 'extract-to-service' }];
    for (const call of callsOf(facts, queries, context)) {
      context.report({
        place: { at: call.at },
        message: 'found',
        data: { what: call.what, where: WHERE[layer] },
        ...(isFollowed && call.sure ? {} : { severity: 'hint' }),
        fixes,
      });
    }
  },
});

const LOOKED_AT: ReadonlySet<string> = new Set(['action', 'page', 'route', 'other']);

const WHERE: { [layer in Exclude<Layer, 'service' | 'none'>]: string } = {
  page: 'a page',
  route: 'a route handler',
  action: 'an action',
  component: 'a component',
};

interface Call {
  at: number;
  what: string;
  sure: boolean;
}

/** What would move as one: a transaction with all its queries, or a query by itself. */
function callsOf(
  facts: TsFacts,
  queries: readonly QueryFact[],
  { options: { allowTransactions } }: RuleContext<Options>,
): Call[] {
  const transactionOf = placesInTransactions(facts);
  const found = new Map<number, Call>();
  for (const query of queries) {
    const outer = transactionOf.get(query.at);
    if (outer !== undefined) {
      if (!allowTransactions) found.set(outer, { at: outer, what: 'A transaction', sure: query.sure });
      continue;
    }
    // `SELECT 1` asks whether the database is there.
    if (query.kind === 'raw-read' && tablesOf(query.args).length === 0) continue;
    const what = query.model === '' ? query.op : `${query.model}.${query.op}()`;
    found.set(query.at, { at: query.at, what, sure: query.sure });
  }
  return [...found.values()];
}

/** Places of members inside a `$transaction(…)`, with the place of the outermost one's name. */
function placesInTransactions(facts: TsFacts): ReadonlyMap<number, number> {
  const out = new Map<number, number>();
  const seen = new Set<number>();
  const inside = (value: Value, outer: number): void =>
    visitValue(value, (part) => {
      if (part.k === 'member' || part.k === 'tagged') out.set(part.at, outer);
      if (part.k !== 'function' || seen.has(part.fn)) return;
      seen.add(part.fn);
      visitSteps(facts.functions[part.fn]?.body ?? [], { value: (inner) => (inside(inner, outer), false) });
    });
  // Outer functions come before those inside them.
  for (const [id, fn] of facts.functions.entries()) {
    if (seen.has(id)) continue;
    visitSteps(fn.body, {
      value: (value) => {
        if (value.k !== 'call' || value.fn.k !== 'member' || value.fn.name !== '$transaction') return true;
        for (const arg of value.args) inside(arg, value.fn.at);
        return false;
      },
    });
  }
  return out;
}
