import { ts } from 'ts-morph';
import { basename, dirname, join } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import { failureOf } from '../../edit/failure.ts';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { functionAt } from '../../edit/functionAt.ts';
import type { FunctionNode } from '../../edit/functionAt.ts';
import { addImport, importedAs } from '../../edit/imports.ts';
import { appended, newModule } from '../../edit/movedCode.ts';
import { allNames, referencesIn } from '../../edit/scopes.ts';
import { specifierFor } from '../../edit/specifier.ts';
import { indentAt, styleOf } from '../../edit/style.ts';
import type { Style } from '../../edit/style.ts';
import { isOptionalColumn, zodObject, zodOfColumn, zodOfType } from '../../edit/zodText.ts';
import type { ColumnHints } from '../../edit/zodText.ts';
import type { FileEdits, TextEdit } from '../../run/finding.ts';

export const fixes = [
  defineFix({
    id: 'insert-parse',
    title: () => 'Parse the input with a schema',
    trust: 'suggestion',
    preferred: true,
    edit: insertParse,
  }),
];

/** How a function takes its input: what goes into the schema, and what is changed behind it. */
interface Intake {
  /** The expression that is parsed. */
  input: string;
  /** The schema: one that exists by its name, or the text of a new one. */
  schema: { name: string } | { text: string };
  /** Statement that the parse comes before; the start of the body when there is none. */
  before: ts.Statement | undefined;
  /** Statement behind the parse. */
  then: string;
  edits: TextEdit[];
}

function insertParse(context: FixContext): FixOutcome {
  const { file, data } = context;
  const source = context.sourceOf(file);
  const node = source && typeof data['fn'] === 'number' ? functionAt(context, source, data['fn']) : undefined;
  if (!source || !node) return { refuse: 'The function could not be found in this file.' };
  if (!node.body || !ts.isBlock(node.body))
    return { refuse: 'The function has no block body. Give it one first.' };
  const style = styleOf(source.text);
  const names = allNames(source);
  const parsed = names.has('parsed') ? 'parsedInput' : 'parsed';
  if (names.has(parsed)) return { refuse: 'The names `parsed` and `parsedInput` are both taken here.' };
  const hints: ColumnHints = { schema: context.workspace.schema(file), columns: textsOf(data['columns']) };
  const intake =
    data['kind'] === 'route'
      ? bodyIntake(node, parsed, hints, style)
      : (formIntake(node, source, parsed, hints, style) ??
        argumentIntake(node, source, names, parsed, hints, style));
  if (typeof intake === 'string') return { refuse: intake };
  const failure = failing(context, source, node, style);
  const home =
    'name' in intake.schema
      ? { name: intake.schema.name, edits: [], changes: [] }
      : writeSchema(context, source, names, intake.schema.text, style);
  if (typeof home === 'string') return { refuse: home };
  const directive = node.body.statements.findLast(
    (child) => ts.isExpressionStatement(child) && ts.isStringLiteral(child.expression),
  );
  const open = directive?.end ?? node.body.getStart(source) + 1;
  const [first] = node.body.statements;
  const inner =
    first && source.text.slice(open, first.getStart(source)).includes('\n')
      ? indentAt(source.text, first.getStart(source))
      : indentAt(source.text, node.body.getStart(source)) + style.indent;
  const lines = [
    `const ${parsed} = ${home.name}.safeParse(${intake.input})${style.semicolon}`,
    `if (!${parsed}.success) ${failure.statement}`,
    ...(intake.then === '' ? [] : [intake.then + style.semicolon]),
  ];
  const at = intake.before?.getStart(source);
  const gap = indentAt(source.text, at ?? 0);
  const text =
    at === undefined
      ? lines.map((line) => style.newline + inner + line).join('')
      : lines.map((line) => line + style.newline + gap).join('');
  return {
    changes: [
      {
        file,
        create: false,
        edits: [
          ...intake.edits,
          ...failure.edits,
          ...home.edits,
          { start: at ?? open, end: at ?? open, text },
        ],
      },
      ...home.changes,
    ],
  };
}

function textsOf(value: unknown): { [name: string]: string } {
  const out: { [name: string]: string } = {};
  if (typeof value === 'object' && value !== null)
    for (const [name, text] of Object.entries(value)) if (typeof text === 'string') out[name] = text;
  return out;
}

/** What the function does with input that no schema takes, in the manner of its other failures. */
function failing(
  context: FixContext,
  source: ts.SourceFile,
  node: FunctionNode,
  style: Style,
): { statement: string; edits: TextEdit[] } {
  const message = `${style.quote}Invalid input${style.quote}`;
  if (context.data['kind'] === 'route') {
    const response = importedAs(source, 'next/server', 'NextResponse') ?? 'Response';
    return {
      statement: `return ${response}.json({ error: { message: ${message} } }, { status: 400 })${style.semicolon}`,
      edits: [],
    };
  }
  const thrown = { statement: `throw new Error(${message})${style.semicolon}`, edits: [] };
  // A function that gives back rows or numbers can't answer with a result: its callers would break.
  if (!answersWithResults(node)) return thrown;
  const failure = failureOf(context, { source, style }, node.body, message);
  return typeof failure === 'string'
    ? thrown
    : { statement: `return ${failure.text}${style.semicolon}`, edits: failure.imports };
}

/** Whether a function returns objects of its own making, or what a helper like `ok(…)` makes. */
function answersWithResults(node: FunctionNode): boolean {
  let found = false;
  const visit = (child: ts.Node): void => {
    if (ts.isFunctionLike(child)) return;
    const value = ts.isReturnStatement(child) ? child.expression : undefined;
    found ||=
      value !== undefined &&
      (ts.isObjectLiteralExpression(value) ||
        (ts.isCallExpression(value) && ts.isIdentifier(value.expression)));
    ts.forEachChild(child, visit);
  };
  if (node.body) ts.forEachChild(node.body, visit);
  return found;
}

/** `const body = await request.json()`: parsed on its way into the constant. */
function bodyIntake(node: FunctionNode, parsed: string, hints: ColumnHints, style: Style): Intake | string {
  const found: ts.VariableDeclaration[] = [];
  const visit = (child: ts.Node): void => {
    if (ts.isVariableDeclaration(child) && child.initializer && isJson(child.initializer)) found.push(child);
    ts.forEachChild(child, visit);
  };
  if (node.body) visit(node.body);
  const [declaration, another] = found;
  const statement = declaration?.parent.parent;
  if (!declaration?.initializer || another || !statement || !ts.isVariableStatement(statement))
    return 'The body is not read into one constant by `await request.json()`.';
  const { name, initializer, type } = declaration;
  let schema = type && zodOfType(type, '', hints, style);
  if (schema === undefined) {
    const keys = ts.isObjectBindingPattern(name) ? keysOfPattern(name) : keysRead(node, name.getText());
    const fields = keys && fieldsOf(keys, hints, style, false);
    if (typeof fields === 'string' || !fields)
      return fields ?? 'What the body holds can not be told from here.';
    schema = zodObject(fields, style);
  }
  const edits: TextEdit[] = [{ start: initializer.getStart(), end: initializer.end, text: `${parsed}.data` }];
  if (type) edits.push({ start: name.end, end: type.end, text: '' });
  return { input: bare(initializer).getText(), schema: { text: schema }, before: statement, then: '', edits };
}

function bare(node: ts.Expression): ts.Expression {
  return ts.isAsExpression(node) || ts.isParenthesizedExpression(node) ? bare(node.expression) : node;
}

function isJson(node: ts.Expression): boolean {
  return /^await \w+\.json\(\)$/.test(bare(node).getText());
}

function keysOfPattern(pattern: ts.ObjectBindingPattern): string[] | undefined {
  const out: string[] = [];
  for (const element of pattern.elements) {
    const key = element.propertyName ?? element.name;
    if (element.dotDotDotToken || !ts.isIdentifier(key)) return undefined;
    out.push(key.text);
  }
  return out;
}

/** The keys that are read of a variable; undefined when it is also used as a whole. */
function keysRead(node: FunctionNode, name: string): string[] | undefined {
  const out = new Set<string>();
  for (const reference of node.body ? referencesIn(node.body) : []) {
    if (reference.text !== name) continue;
    const { parent } = reference;
    if (ts.isPropertyAccessExpression(parent)) out.add(parent.name.text);
    else if (ts.isVariableDeclaration(parent) && ts.isObjectBindingPattern(parent.name)) {
      const keys = keysOfPattern(parent.name);
      if (!keys) return undefined;
      for (const key of keys) out.add(key);
    } else return undefined;
  }
  return out.size > 0 ? [...out] : undefined;
}

/** Fields by the columns that they are written to; what goes nowhere is a text in a form, and unknown elsewhere. */
function fieldsOf(
  keys: readonly string[],
  hints: ColumnHints,
  style: Style,
  isForm: boolean,
): [string, string][] | string {
  const out: [string, string][] = [];
  for (const key of keys) {
    const isId = /^id$|Id$/.test(key);
    const column = zodOfColumn(key, hints, style);
    const text = isForm
      ? column?.startsWith('z.enum') || column?.startsWith('z.string')
        ? column
        : 'z.string()'
      : (column ?? (isId ? 'z.string().min(1)' : undefined));
    if (text === undefined) return `What \`${key}\` holds can not be told from here.`;
    out.push([key, isOptionalColumn(key, hints) ? `${text}.optional()` : text]);
  }
  return out;
}

/** `formData.get('title') as string`: all entries are parsed at once and read from the result. */
function formIntake(
  node: FunctionNode,
  source: ts.SourceFile,
  parsed: string,
  hints: ColumnHints,
  style: Style,
): Intake | string | undefined {
  const form = node.parameters
    .find((parameter) => parameter.type?.getText(source) === 'FormData' && ts.isIdentifier(parameter.name))
    ?.name.getText(source);
  if (form === undefined || !node.body) return undefined;
  const keys = new Set<string>();
  const edits: TextEdit[] = [];
  for (const reference of referencesIn(node.body)) {
    if (reference.text !== form) continue;
    const call = reference.parent.parent;
    const [key] = ts.isCallExpression(call) ? call.arguments : [];
    if (
      !ts.isPropertyAccessExpression(reference.parent) ||
      reference.parent.name.text !== 'get' ||
      !key ||
      !ts.isStringLiteral(key) ||
      !/^[A-Za-z_$][\w$]*$/.test(key.text)
    )
      return 'The form is used in other ways than by `get` with a name.';
    keys.add(key.text);
    let whole: ts.Node = call;
    while (
      ts.isAsExpression(whole.parent) ||
      ts.isNonNullExpression(whole.parent) ||
      ts.isParenthesizedExpression(whole.parent)
    )
      whole = whole.parent;
    edits.push({ start: whole.getStart(source), end: whole.end, text: `${parsed}.data.${key.text}` });
  }
  const fields = fieldsOf([...keys], hints, style, true);
  if (typeof fields === 'string') return fields;
  if (fields.length === 0) return 'The form is not read here.';
  return {
    input: `Object.fromEntries(${form})`,
    schema: { text: zodObject(fields, style) },
    before: undefined,
    then: '',
    edits,
  };
}

/** An object as the only parameter is parsed whole; other parameters by their names. */
function argumentIntake(
  node: FunctionNode,
  source: ts.SourceFile,
  names: ReadonlySet<string>,
  parsed: string,
  hints: ColumnHints,
  style: Style,
): Intake | string {
  const [first, ...others] = node.parameters;
  if (!first) return 'The function takes no parameters.';
  const inferred = /^z\.(?:infer|input|output)<typeof (\w+)>$/.exec(first.type?.getText(source) ?? '')?.[1];
  const schemaOf = (parameter: ts.ParameterDeclaration): string | undefined =>
    parameter.type && zodOfType(parameter.type, parameter.name.getText(source), hints, style);
  const own = inferred === undefined ? schemaOf(first) : undefined;
  const isObject = inferred !== undefined || own?.startsWith('z.object') === true;
  if (isObject && others.length === 0 && !first.initializer) {
    const input = ['input', 'values', 'rawInput', 'unsafeInput'].find((name) => !names.has(name));
    if (input === undefined) return 'No name is left for the input as it comes.';
    const { name } = first;
    return {
      input,
      schema: inferred === undefined ? { text: own ?? '' } : { name: inferred },
      before: undefined,
      then: `const ${name.getText(source)} = ${parsed}.data`,
      edits: [{ start: name.getStart(source), end: name.end, text: input }],
    };
  }
  const fields: [string, string][] = [];
  for (const parameter of node.parameters) {
    const text = schemaOf(parameter);
    if (text === undefined || !ts.isIdentifier(parameter.name))
      return `What \`${parameter.name.getText(source)}\` holds can not be told from its type here.`;
    const isOptional = parameter.questionToken !== undefined || parameter.initializer !== undefined;
    fields.push([parameter.name.text, isOptional ? `${text}.optional()` : text]);
  }
  return {
    input: `{ ${fields.map(([name]) => name).join(', ')} }`,
    schema: { text: zodObject(fields, style) },
    before: undefined,
    then: '',
    edits: [],
  };
}

interface Home {
  name: string;
  edits: TextEdit[];
  changes: FileEdits[];
}

/** Writes the schema into the validations folder: behind what the file of the same subject holds, or into a new one. */
function writeSchema(
  context: FixContext,
  source: ts.SourceFile,
  names: ReadonlySet<string>,
  text: string,
  style: Style,
): Home | string {
  const { file, workspace, data } = context;
  const app = workspace.app(file);
  const folder =
    workspace.projectConventions(file).validations ??
    join(app?.root ?? '', app?.src ?? '', 'lib/validations') ??
    'lib/validations';
  const subject = subjectOf(file);
  const called =
    data['kind'] === 'route' ? `${String(data['name']).toLowerCase()}-${subject}` : String(data['name']);
  const name = `${camel(called)}Schema`;
  if (names.has(name)) return `The name \`${name}\` is taken here.`;
  const module =
    workspace.exists(`${folder}/${subject}.ts`) || !workspace.exists(`${folder}/${subject}.schema.ts`)
      ? `${folder}/${subject}.ts`
      : `${folder}/${subject}.schema.ts`;
  const spec = specifierFor(workspace, file, module);
  if (spec === undefined) return 'The validations folder can not be imported from here.';
  const code = `export const ${name} = ${text}${style.semicolon}${style.newline}`;
  const imports = [{ spec: 'zod', name: 'z' }];
  const before = context.textOf(module);
  const there = before === undefined ? undefined : context.sourceOf(module);
  if (there && allNames(there).has(name)) return `${module} has a \`${name}\` already.`;
  return {
    name,
    edits: addImport(source, { spec, name }),
    changes: [
      before === undefined || !there
        ? {
            file: module,
            create: true,
            edits: [{ start: 0, end: 0, text: newModule(workspace, module, imports, code, style) }],
          }
        : {
            file: module,
            create: false,
            edits: appended(module, before, there, imports, code, styleOf(before)),
          },
    ],
  };
}

/** `lib/actions/post.actions.ts` → `post`; `app/api/posts/[id]/route.ts` → `posts`. */
function subjectOf(file: FileId): string {
  const stem = basename(file).replace(/\.[cm]?[jt]sx?$/, '');
  if (!/^(route|page|actions?|index)$/.test(stem)) return stem.replace(/[.-]?actions?$/i, '') || 'input';
  const dir = dirname(file)
    .split('/')
    .findLast((part) => !/^[[(_@]/.test(part));
  return dir ?? 'input';
}

function camel(text: string): string {
  return text.replace(/[^A-Za-z0-9]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? '');
}
