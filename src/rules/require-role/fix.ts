import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { FORBIDDEN, functionNode, innerIndent, refusal } from '../../edit/guards.ts';
import type { FunctionNode } from '../../edit/guards.ts';
import { addImport, importedAs } from '../../edit/imports.ts';
import { specifierFor } from '../../edit/specifier.ts';
import { indentAt, styleOf } from '../../edit/style.ts';
import { spanOf } from '../../facts/model.ts';
import { identityExpression } from '../../workspace/identity.ts';
import { functionKey } from '../../workspace/summary.ts';

const HIGHEST = [
  /^super_?admin$/i,
  /^(role_)?admin(istrator)?$/i,
  /^owner$/i,
  /^(staff|manager|moderator)$/i,
];

interface Demand {
  /** The role that administrators have here. */
  role: string;
  /** A flag of the user in place of a role. */
  flag: string | undefined;
}

/** What administrators of this application are told by: what other code asks for, the enum of the user's role, a flag. */
function demandOf({ workspace, file, data }: FixContext): Demand | undefined {
  const given = Array.isArray(data['roles']) ? data['roles'] : [];
  const known = given.find(
    (role): role is string => typeof role === 'string' && HIGHEST.some((name) => name.test(role)),
  );
  if (known !== undefined) return { role: known, flag: undefined };
  const schema = workspace.schema(file);
  const fields = schema?.userModel?.fields ?? [];
  const field = fields.find(({ name }) => /^(user_?)?roles?$/i.test(name));
  const values = field && schema?.enum(field.type)?.values.map(({ name }) => name);
  const role =
    values &&
    HIGHEST.flatMap((pattern) => values.filter((value) => pattern.test(value))).find(
      (value) => !/^super/i.test(value),
    );
  if (role !== undefined) return { role, flag: undefined };
  const flag = fields.find(
    ({ name, type }) => type === 'Boolean' && /^is_?(admin|staff|super_?user)$/i.test(name),
  );
  if (flag) return { role: '', flag: flag.name };
  const asked = workspace
    .projectGuards(file)
    .guards.flatMap((guard) => guard.roles ?? [])
    .find((name) => HIGHEST.some((pattern) => pattern.test(name)));
  return asked === undefined ? undefined : { role: asked, flag: undefined };
}

/** A helper of the project that stops everybody without the role, called with nothing. */
function helperOf(context: FixContext, { role }: Demand): { name: string; file: string } | undefined {
  const { workspace, file } = context;
  const found = workspace.projectGuards(file).guards.find((guard) => {
    if (guard.kind !== 'call' || guard.roles?.length !== 1 || guard.roles[0] !== role) return false;
    const value = workspace.exported(guard.file, guard.name);
    if (value.k !== 'closure') return false;
    const own = workspace.tsFacts(value.file)?.functions[value.fn];
    return own?.params.length === 0 && workspace.summary(functionKey(value.file, value.fn)).async;
  });
  return found && { name: found.name, file: found.file };
}

/** The statement of a function's body that holds an offset. */
function statementAt(node: FunctionNode, offset: number): ts.Statement | undefined {
  const body = node.body && ts.isBlock(node.body) ? node.body : undefined;
  let block = body;
  for (;;) {
    const inside = block?.statements.find((statement) => statement.pos <= offset && offset < statement.end);
    // The guard goes into the `try` whose `catch` answers for the rest.
    if (inside && ts.isTryStatement(inside) && inside.tryBlock.pos <= offset && offset < inside.tryBlock.end)
      block = inside.tryBlock;
    else return inside;
  }
}

function insertRole(context: FixContext): FixOutcome {
  const { data, file, workspace } = context;
  const source = context.sourceOf(file);
  const { fn, at } = data;
  const node = source && typeof fn === 'number' ? functionNode(context, source, fn) : undefined;
  if (!source || !node || typeof fn !== 'number' || typeof at !== 'number')
    return { refuse: 'The function could not be found in this file.' };
  if (!node.body || !ts.isBlock(node.body))
    return { refuse: 'The function has no block body. Give it one first.' };
  const demand = demandOf(context);
  if (!demand) return { refuse: 'Which role administrators have could not be found in this application.' };
  const style = styleOf(source.text);
  const start = spanOf(context.facts, at).start;
  const statement = statementAt(node, start) ?? node.body.statements[0];
  if (!statement) return { refuse: 'The function is empty.' };
  const helper = helperOf(context, demand);
  const user = identityExpression(workspace, file, fn);
  const isAsync = node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword) === true;
  const lines: string[] = [];
  const edits = [];
  if (helper && isAsync) {
    const spec = specifierFor(workspace, file, helper.file);
    if (spec === undefined) return { refuse: `\`${helper.name}\` can't be imported from here.` };
    const local = importedAs(source, spec, helper.name);
    if (local === undefined) edits.push(...addImport(source, { spec, name: helper.name }));
    lines.push(`await ${local ?? helper.name}()${style.semicolon}`);
  } else {
    const person = user === undefined ? undefined : /^(.+)\.(id|userId)$/.exec(user)?.[1];
    if (person === undefined)
      return { refuse: 'No variable here holds the session or its user, and no helper asks for the role.' };
    const declared = declaredBefore(node, statement, person.split('.')[0] ?? '');
    if (!declared) return { refuse: 'The session is read after what it should guard.' };
    const no = refusal(source, node, style, String(data['kind'] ?? ''), String(data['lib'] ?? ''), FORBIDDEN);
    edits.push(...no.edits);
    const test =
      demand.flag === undefined
        ? `${person}.role !== ${style.quote}${demand.role}${style.quote}`
        : `!${person}.${demand.flag}`;
    lines.push(`if (${test}) ${no.statement}`);
  }
  const first = statement.getStart(source);
  const sameLine = !/\n[ \t]*$/.test(source.text.slice(0, first)) && statement === node.body.statements[0];
  const indent = sameLine ? innerIndent(source, node.body, style) : indentAt(source.text, first);
  const text = lines.map((line) => line + style.newline + indent).join('');
  return {
    changes: [
      {
        file,
        create: false,
        edits: [
          ...edits,
          { start: first, end: first, text: sameLine ? style.newline + indent + text : text },
        ],
      },
    ],
  };
}

/** Whether a variable of the function is there when a statement runs. */
function declaredBefore(node: FunctionNode, statement: ts.Statement, name: string): boolean {
  if (node.parameters.some((parameter) => parameter.name.getText().split(/\W+/).includes(name))) return true;
  let found = false;
  const visit = (child: ts.Node): void => {
    if (
      ts.isVariableDeclaration(child) &&
      child.name.getText().split(/\W+/).includes(name) &&
      child.end <= statement.getStart()
    )
      found = true;
    ts.forEachChild(child, visit);
  };
  visit(node);
  return found;
}

export const fixes = [
  defineFix({
    id: 'insert-role',
    title: () => 'Check the role first',
    trust: 'suggestion',
    preferred: true,
    edit: insertRole,
  }),
];
