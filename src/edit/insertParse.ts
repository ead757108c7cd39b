/** The quick fix *Parse the input with a schema*. */
import { ts } from 'ts-morph';
import { basename, dirname, join } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import { failureOf } from './failure.ts';
import type { FixContext, FixOutcome } from './fix.ts';
import { functionAt } from './functionAt.ts';
import type { FunctionNode } from './functionAt.ts';
import { addImport, importedAs } from './imports.ts';
import { appended, newModule } from './movedCode.ts';
import { allNames } from './scopes.ts';
import { specifierFor } from './specifier.ts';
import { argumentIntake, bodyIntake, formIntake } from './inputIntake.ts';
import type { Whole } from './inputIntake.ts';
import { indentAt, styleOf } from './style.ts';
import type { Style } from './style.ts';
import type { ColumnHints } from './zodText.ts';
import type { FileEdits, TextEdit } from '../run/finding.ts';

/**
 * Parses what an entry point takes with a schema, at its start or where the body is read, with an answer for input that does
 * not fit. `context.data`: `fn` the function, `kind` and `name` of the entry point, `columns` (name → `model.column`) that
 * values are written to; where the input goes into a row as a whole, `whole`, the columns that it may hold, and `partial`,
 * whether they may be missing; `list` where it is a list of rows, `under` the key that holds the row where it is all arguments
 * of a query, `parameter` the number of the parameter that it is.
 */
export function insertParse(context: FixContext): FixOutcome {
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
  const whole: Whole = {
    columns: Array.isArray(data['whole']) ? data['whole'].map(String) : [],
    isPartial: data['partial'] === true,
    isList: data['list'] === true,
    under: typeof data['under'] === 'string' ? data['under'] : undefined,
    parameter: typeof data['parameter'] === 'number' ? data['parameter'] : undefined,
    at: context.finding,
  };
  const hints: ColumnHints = { schema: context.workspace.schema(file), columns: textsOf(data['columns']) };
  const intake =
    data['kind'] === 'route'
      ? bodyIntake(node, parsed, hints, style, whole)
      : (formIntake(node, source, parsed, hints, style, whole) ??
        argumentIntake(node, source, names, parsed, hints, style, whole));
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
