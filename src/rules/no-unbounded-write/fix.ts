import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { callAt, intoArguments, nodeAt } from '../../edit/queryCall.ts';
import { styleOf } from '../../edit/style.ts';
import type { SchemaModel, SchemaModelNode } from '../../prisma/schema.ts';
import type { TextEdit } from '../../run/finding.ts';
import { namesInScope, sessionUserIn } from './scopeNames.ts';

export const fixes = [
  defineFix({
    id: 'add-where',
    title: () => 'Add a where from what is at hand',
    trust: 'suggestion',
    preferred: true,
    edit: addWhere,
  }),
  defineFix({
    id: 'demand-where',
    title: () => 'Demand the where',
    trust: 'suggestion',
    preferred: false,
    edit: demandWhere,
  }),
];

const GONE: FixOutcome = { refuse: 'The call can no longer be found.' };

const here = (context: FixContext, edits: TextEdit[]): FixOutcome => ({
  changes: [{ file: context.file, create: false, edits }],
});

interface Condition {
  field: string;
  value: string;
}

function addWhere(context: FixContext): FixOutcome {
  const source = context.sourceOf(context.file);
  const schema = context.workspace.schema(context.file);
  const model = schema?.model(String(context.data['model'] ?? ''));
  const name = source && nodeAt(source, context.finding.start, context.finding.end);
  if (!source || !name || !schema || !model) return GONE;
  const condition = conditionAt(name, schema, model);
  if (!condition)
    return { refuse: 'Nothing around the call says which rows are meant: the `where` is yours to write.' };
  const call = callAt(source, context.finding.start, context.finding.end);
  const template = templateOf(name);
  if (template) return here(context, intoSql(source, template, condition, model));
  if (!call) return GONE;
  const { field, value } = condition;
  const text = `where: { ${field === value ? field : `${field}: ${value}`} }`;
  return here(context, intoArguments(source, call, [{ name: 'where', text }], styleOf(context.text), true));
}

/** The row or the owner that the code around a call knows: a unique key, a foreign key, the person who is signed in. */
function conditionAt(node: ts.Node, schema: SchemaModel, model: SchemaModelNode): Condition | undefined {
  const names = namesInScope(node);
  const accessor = model.name.charAt(0).toLowerCase() + model.name.slice(1);
  for (const key of schema.uniqueKeys(model.name)) {
    const [field, ...more] = key.fields;
    if (field === undefined || more.length > 0) continue;
    for (const name of [field, `${accessor}${field.charAt(0).toUpperCase()}${field.slice(1)}`])
      if (names.has(name)) return { field, value: name };
  }
  const foreign = model.fields.flatMap((field) => field.relation?.fields ?? []);
  for (const field of foreign) if (names.has(field)) return { field, value: field };
  const [owner] =
    schema.ownerPath(model.name)?.path.length === 1 ? (schema.ownerPath(model.name)?.keys ?? []) : [];
  const own = model.name === schema.userModel?.name ? 'id' : owner;
  if (own === undefined) return undefined;
  if (names.has('userId')) return { field: own, value: 'userId' };
  const user = sessionUserIn(node);
  return user === undefined ? undefined : { field: own, value: user };
}

function templateOf(name: ts.Node): ts.TemplateLiteral | undefined {
  let at: ts.Node | undefined = name.parent;
  while (at && ts.isPropertyAccessExpression(at)) at = at.parent;
  if (!at || !ts.isTaggedTemplateExpression(at)) return undefined;
  return at.template;
}

/** ` WHERE "id" = ${id}` at the end of the only statement of a tagged template. */
function intoSql(
  source: ts.SourceFile,
  template: ts.TemplateLiteral,
  { field, value }: Condition,
  model: SchemaModelNode,
): TextEdit[] {
  const inside = source.text.slice(template.getStart(source) + 1, template.end - 1);
  const body = inside.replace(/[\s;]+$/, '');
  const start = template.getStart(source) + 1 + body.length;
  const indent = /\n([ \t]*)[^\n]*$/.exec(body)?.[1];
  const column = model.fields.find((candidate) => candidate.name === field)?.dbName ?? field;
  const gap = indent === undefined ? ' ' : `\n${indent}`;
  return [{ start, end: start, text: `${gap}WHERE "${column}" = \${${value}}` }];
}

/** Takes the default off a parameter that is the `where`. */
function demandWhere(context: FixContext): FixOutcome {
  const source = context.sourceOf(context.file);
  const call = source && callAt(source, context.finding.start, context.finding.end);
  if (!source || !call) return GONE;
  const passed = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) passed.add(node.text);
    ts.forEachChild(node, visit);
  };
  for (const argument of call.arguments) visit(argument);
  for (let at: ts.Node | undefined = call; at; at = at.parent) {
    if (!ts.isFunctionLike(at)) continue;
    for (const parameter of at.parameters) {
      if (!ts.isIdentifier(parameter.name) || !passed.has(parameter.name.text)) continue;
      const { initializer, questionToken, type } = parameter;
      if (questionToken)
        return here(context, [{ start: questionToken.getStart(source), end: questionToken.end, text: '' }]);
      if (initializer && type) return here(context, [{ start: type.end, end: initializer.end, text: '' }]);
    }
  }
  return { refuse: 'The `where` is no parameter with a default: say in the code when it may be left out.' };
}
