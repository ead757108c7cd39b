import { z } from 'zod';
import type { TsFacts, Value } from '../../facts/tsModel.ts';
import { visitSteps } from '../../facts/visit.ts';
import { UNKNOWN } from '../../workspace/abs.ts';
import type { Abs } from '../../workspace/abs.ts';
import { CalleeResolver } from '../../workspace/calleeResolver.ts';
import { valuesGiven } from '../../workspace/rawSql.ts';
import { functionKey } from '../../workspace/summary.ts';
import { defineRule } from '../rule.ts';
import type { Place, Report, RuleContext } from '../rule.ts';
import { leaksIn } from '../../workspace/secretRows.ts';
import type { Leak } from '../../workspace/secretRows.ts';

export const rule = defineRule({
  meta: {
    id: 'no-overfetch',
    title: 'Secret columns stay on the server.',
    sections: ['S4', 'S5'],
    severity: 'info',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      returned:
        '{entry} sends rows of {model} with `{columns}` to whoever calls it. Leave such columns out with `omit`, or name the wanted ones with `select`.',
      prop: '`{entry}` is a client component, and is given rows of {model} with `{columns}`: they are in the page’s source. Leave such columns out with `omit`, or name the wanted ones with `select`.',
    },
  },
  check(context) {
    const { workspace, file, role, facts } = context;
    if (facts.kind !== 'ts' || role === 'tooling' || role === 'client' || role === 'generated') return;
    if (role === 'migration') return;
    const seen = new Set<string>();
    const tell = (leak: Leak, message: string, entry: string, at: number): void => {
      const key = `${leak.file}:${leak.at}:${leak.path.join('.')}:${leak.file === file ? '' : at}`;
      if (seen.has(key)) return;
      seen.add(key);
      context.report(reportOf(context, leak, { message, entry, at }));
    };
    for (const entry of workspace.entries(file)) {
      if (entry.kind === 'page') continue;
      for (const { value } of entry.outcomes)
        for (const leak of leaksIn(workspace, file, value)) tell(leak, 'returned', entry.label, entry.at);
    }
    if (facts.jsx) clientProps(context, facts, tell);
  },
});

type Context = RuleContext<Record<string, never>>;

function reportOf(
  { file }: Context,
  leak: Leak,
  { message, entry, at }: { message: string; entry: string; at: number },
): Report {
  const isHere = leak.file === file;
  const place: Place = { at: isHere ? leak.at : at };
  const data = { file: leak.file, at: leak.at, path: leak.path, columns: leak.columns };
  return {
    place,
    message,
    data: { entry, model: leak.model, columns: leak.columns.join('`, `') },
    severity: leak.kind === 'password' ? 'warning' : 'info',
    related: [
      {
        place: isHere ? { at } : { file: leak.file, at: leak.at },
        message: isHere ? `${entry} sends them.` : 'The rows are read here.',
      },
    ],
    fixes: leak.selected ? [] : [{ recipe: 'omit', data }],
  };
}

/** Rows that client components are given as props. */
function clientProps(
  { workspace, file }: Context,
  facts: TsFacts,
  tell: (leak: Leak, message: string, entry: string, at: number) => void,
): void {
  const resolver = new CalleeResolver(workspace);
  const queries = workspace.queries(file);
  const rowsOf = (value: Value, fn: number, depth = 0): Abs => {
    if (depth > 4) return UNKNOWN;
    if (value.k === 'await') return rowsOf(value.of, fn, depth + 1);
    if (value.k === 'ref') {
      const given =
        value.b >= 0 && facts.bindings[value.b]?.kind === 'const' ? valuesGiven(facts, value.b) : [];
      return given[0] && given.length === 1 ? rowsOf(given[0], fn, depth + 1) : UNKNOWN;
    }
    if (value.k !== 'call') return UNKNOWN;
    const { fn: callee } = value;
    const query = callee.k === 'member' ? queries.find((candidate) => candidate.at === callee.at) : undefined;
    if (query) return { k: 'row', model: query.model, many: false, path: [], query: { file, at: query.at } };
    const found = resolver.functionOf(resolver.resolve(file, facts, fn, callee));
    const summary = found && workspace.summary(functionKey(found.file, found.fn));
    return summary
      ? { k: 'variants', id: '', list: summary.outcomes.map((outcome, i) => ({ i, value: outcome.value })) }
      : UNKNOWN;
  };
  facts.functions.forEach((fn, id) =>
    visitSteps(fn.body, {
      value: (value) => {
        if (value.k !== 'jsx' || value.tagRef?.k !== 'ref' || value.props.length === 0) return;
        const component = resolver.resolve(file, facts, id, value.tagRef);
        if (component.k !== 'closure' || workspace.role(component.file) !== 'client') return;
        for (const prop of value.props)
          for (const leak of leaksIn(workspace, file, rowsOf(prop.value, id)))
            tell(leak, 'prop', value.tag, value.tagRef.at);
      },
    }),
  );
}
