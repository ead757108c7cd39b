import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { callAt, intoArguments, intoObject, literalOf, propertyNamed } from '../../edit/queryCall.ts';
import { styleOf } from '../../edit/style.ts';
import { spanOf } from '../../facts/model.ts';
import { visitFile } from '../../facts/visit.ts';
import type { TextEdit } from '../../run/finding.ts';

export const fixes = [
  defineFix({
    id: 'omit',
    title: ({ columns }) => `Omit ${listOf(columns).join(', ')}`,
    trust: 'suggestion',
    preferred: true,
    edit: omit,
  }),
];

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function omit(context: FixContext): FixOutcome {
  const file = String(context.data['file']);
  const facts = context.workspace.facts(file);
  const source = context.sourceOf(file);
  const { start, end } = facts ? spanOf(facts, Number(context.data['at'])) : { start: 0, end: 0 };
  const call = source && callAt(source, start, end);
  if (!source || !call) return { refuse: 'The call can no longer be found.' };
  const columns = listOf(context.data['columns']);
  const read = readSomewhere(context, file, columns);
  if (read !== undefined)
    return { refuse: `\`${read}\` is read on the server: leave it out of what is sent.` };
  const edits = intoQuery(source, call, listOf(context.data['path']), columns);
  return typeof edits === 'string' ? { refuse: edits } : { changes: [{ file, create: false, edits }] };
}

/** A column that the query's file, or one that imports it, reads by name. */
function readSomewhere(
  { workspace }: FixContext,
  file: string,
  columns: readonly string[],
): string | undefined {
  let found: string | undefined;
  for (const other of [file, ...workspace.importers(file)]) {
    const facts = workspace.tsFacts(other);
    if (!facts) continue;
    visitFile(facts, (value) => {
      if (value.k === 'member' && columns.includes(value.name)) found ??= value.name;
    });
  }
  return found;
}

function intoQuery(
  source: ts.SourceFile,
  call: ts.CallExpression,
  path: readonly string[],
  columns: readonly string[],
): TextEdit[] | string {
  const style = styleOf(source.text);
  const omitted = columns.map((column) => `${column}: true`).join(', ');
  const [argument] = call.arguments;
  let object = literalOf(argument);
  if (path.length === 0) {
    const old = object && propertyNamed(object, 'omit');
    const inner = old && ts.isPropertyAssignment(old) ? literalOf(old.initializer) : undefined;
    return inner
      ? intoObject(source, inner, [{ text: omitted }], style)
      : intoArguments(source, call, [{ text: `omit: { ${omitted} }` }], style);
  }
  for (const [i, relation] of path.entries()) {
    const shape = object && (propertyNamed(object, 'include') ?? propertyNamed(object, 'select'));
    const shapes = shape && ts.isPropertyAssignment(shape) ? literalOf(shape.initializer) : undefined;
    const property = shapes && propertyNamed(shapes, relation);
    if (!property || !ts.isPropertyAssignment(property)) return 'The relation is not written out here.';
    const { initializer } = property;
    if (i < path.length - 1) {
      object = literalOf(initializer);
      continue;
    }
    if (initializer.kind === ts.SyntaxKind.TrueKeyword)
      return [
        { start: initializer.getStart(source), end: initializer.end, text: `{ omit: { ${omitted} } }` },
      ];
    const inner = literalOf(initializer);
    return inner
      ? intoObject(source, inner, [{ text: `omit: { ${omitted} }` }], style)
      : 'The relation is not written out here.';
  }
  return 'The relation is not written out here.';
}
