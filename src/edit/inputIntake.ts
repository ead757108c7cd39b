/** How functions take their input, and what a parse of it changes: form data, a request's body, arguments. */
import { ts } from 'ts-morph';
import type { TextEdit } from '../run/finding.ts';
import type { FunctionNode } from './functionAt.ts';
import { referencesIn } from './scopes.ts';
import type { Style } from './style.ts';
import { isOptionalColumn, zodObject, zodOfColumn, zodOfType } from './zodText.ts';
import type { ColumnHints } from './zodText.ts';

/** How a function takes its input: what goes into the schema, and what is changed behind it. */
export interface Intake {
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

/** Input that goes into a row as a whole. */
export interface Whole {
  /** Columns that it may hold; none where the input is used otherwise. */
  columns: readonly string[];
  /** They may be missing: the row exists. */
  isPartial: boolean;
  /** The input is a list of rows. */
  isList: boolean;
  /** The key that holds the row, where the input is all arguments of a query. */
  under: string | undefined;
  /** Number of the parameter that it is, where that is known. */
  parameter: number | undefined;
  /** Where it is written. */
  at: { start: number; end: number };
}

/** `const body = await request.json()`: parsed on its way into the constant. */
export function bodyIntake(
  node: FunctionNode,
  parsed: string,
  hints: ColumnHints,
  style: Style,
  whole: Whole,
): Intake | string {
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
  let schema = (type && zodOfType(type, '', hints, style)) ?? wholeSchema(whole, hints, style);
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
export function formIntake(
  node: FunctionNode,
  source: ts.SourceFile,
  parsed: string,
  hints: ColumnHints,
  style: Style,
  whole: Whole,
): Intake | string | undefined {
  const form = node.parameters
    .find((parameter) => parameter.type?.getText(source) === 'FormData' && ts.isIdentifier(parameter.name))
    ?.name.getText(source);
  if (form === undefined || !node.body) return undefined;
  const keys = new Set<string>();
  const edits: TextEdit[] = [];
  for (const reference of referencesIn(node.body)) {
    if (reference.text !== form) continue;
    const fields = fieldsCall(reference);
    if (fields && whole.columns.length > 0) {
      for (const column of whole.columns) keys.add(column);
      edits.push({ start: fields.getStart(source), end: fields.end, text: `${parsed}.data` });
      continue;
    }
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
    let outer: ts.Node = call;
    while (
      ts.isAsExpression(outer.parent) ||
      ts.isNonNullExpression(outer.parent) ||
      ts.isParenthesizedExpression(outer.parent)
    )
      outer = outer.parent;
    edits.push({ start: outer.getStart(source), end: outer.end, text: `${parsed}.data.${key.text}` });
  }
  const fields = fieldsOf([...keys], hints, style, true);
  if (typeof fields === 'string') return fields;
  if (fields.length === 0) return 'The form is not read here.';
  return {
    input: `Object.fromEntries(${form})`,
    schema: { text: whole.isPartial ? `${zodObject(fields, style)}.partial()` : zodObject(fields, style) },
    before: undefined,
    then: '',
    edits,
  };
}

/** `Object.fromEntries(formData)` around the form. */
function fieldsCall(form: ts.Identifier): ts.CallExpression | undefined {
  const { parent } = form;
  const isEntries =
    ts.isPropertyAccessExpression(parent) &&
    parent.name.text === 'entries' &&
    ts.isCallExpression(parent.parent);
  const inner = isEntries ? parent.parent : form;
  const call = inner.parent;
  return ts.isCallExpression(call) &&
    call.arguments[0] === inner &&
    call.expression.getText() === 'Object.fromEntries'
    ? call
    : undefined;
}

/** An object as the only parameter is parsed whole; other parameters by their names. */
export function argumentIntake(
  node: FunctionNode,
  source: ts.SourceFile,
  names: ReadonlySet<string>,
  parsed: string,
  hints: ColumnHints,
  style: Style,
  whole: Whole,
): Intake | string {
  const [first, ...others] = node.parameters;
  if (!first) return 'The function takes no parameters.';
  const inferred = /^z\.(?:infer|input|output)<typeof (\w+)>$/.exec(first.type?.getText(source) ?? '')?.[1];
  const written = source.text.slice(whole.at.start, whole.at.end);
  const schemaOf = (parameter: ts.ParameterDeclaration): string | undefined =>
    (parameter.type && zodOfType(parameter.type, parameter.name.getText(source), hints, style)) ??
    (parameter.name.getText(source) === written || node.parameters[whole.parameter ?? -1] === parameter
      ? wholeSchema(whole, hints, style, others.length > 0 ? 1 : 0)
      : undefined);
  const own = inferred === undefined ? schemaOf(first) : undefined;
  const isObject = inferred !== undefined || /^z\.(array\(z\.)?object/.test(own ?? '');
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
    // What goes into a row is what the parse has made of it.
    edits:
      whole.columns.length > 0 && fields.some(([name]) => name === written)
        ? [{ start: whole.at.start, end: whole.at.end, text: `${parsed}.data.${written}` }]
        : [],
  };
}

/** The schema of a row's columns, as far as their types can be told. */
function wholeSchema(
  { columns, isPartial, isList, under }: Whole,
  hints: ColumnHints,
  style: Style,
  depth = 0,
): string | undefined {
  const fields = columns.flatMap((name): [string, string][] => {
    const text = zodOfColumn(name, hints, style);
    return text === undefined ? [] : [[name, isOptionalColumn(name, hints) ? `${text}.optional()` : text]];
  });
  if (fields.length === 0) return undefined;
  const row = zodObject(fields, style, under === undefined ? depth : depth + 1);
  const rows = isList
    ? `z.array(${isPartial ? `${row}.partial()` : row})`
    : isPartial
      ? `${row}.partial()`
      : row;
  return under === undefined ? rows : zodObject([[under, rows]], style, depth);
}
