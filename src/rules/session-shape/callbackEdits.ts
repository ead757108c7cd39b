/** Writes into the `jwt` and `session` callbacks of Auth.js, or makes them. */
import { ts } from 'ts-morph';
import { spanOf } from '../../facts/model.ts';
import type { FixContext } from '../../edit/fix.ts';
import { addAll, plan } from '../../edit/objectProperties.ts';
import type { Additions } from '../../edit/objectProperties.ts';
import { literalOf, nodeAt, propertyNamed } from '../../edit/queryCall.ts';
import { indentAt, styleOf } from '../../edit/style.ts';
import type { FileEdits, TextEdit } from '../../run/finding.ts';
import type { CallbackWork } from '../../workspace/authCallbacks.ts';
import type { AuthSetup } from '../../workspace/authConfig.ts';

/** A callback's syntax tree, with the names its argument goes by. */
interface Callback {
  source: ts.SourceFile;
  code: ts.FunctionLikeDeclaration;
  edits: TextEdit[];
  /** How the code writes a member of the argument: `token`, `params.token`; adds it to the pattern when it isn't there. */
  name(member: string): string;
}

type Code = ts.FunctionLikeDeclaration;

function isCode(node: ts.Node): node is Code {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node)
  );
}

/** Finds a callback in its file; a text says why it can't be written to. */
function openCallback({ workspace, sourceOf }: FixContext, work: CallbackWork): Callback | string {
  const facts = workspace.facts(work.file);
  const source = sourceOf(work.file);
  const fn = facts?.kind === 'ts' ? facts.functions[work.fn] : undefined;
  if (!facts || !source || !fn) return `${work.file} can't be read.`;
  const { start, end } = spanOf(facts, fn.all);
  const node = nodeAt(source, start, end);
  const code = node && isCode(node) ? node : undefined;
  const param = code?.parameters[0]?.name;
  if (!code?.body || !param)
    return `The callback in ${work.file} takes no argument; add the field there by hand.`;
  const edits: TextEdit[] = [];
  if (ts.isIdentifier(param)) return { source, code, edits, name: (member) => `${param.text}.${member}` };
  if (!ts.isObjectBindingPattern(param)) return `The callback in ${work.file} can't be read.`;
  const added = new Set<string>();
  const name = (member: string): string => {
    const own = param.elements.find(
      (element) => (element.propertyName ?? element.name).getText(source) === member,
    );
    if (own) return own.name.getText(source);
    const last = param.elements.at(-1);
    if (!added.has(member) && last) edits.push({ start: last.end, end: last.end, text: `, ${member}` });
    added.add(member);
    return member;
  };
  return { source, code, edits, name };
}

/** The last `return` of a body that hands back the given name; `undefined` when it isn't among its own statements. */
function finalReturn(block: ts.Block, name: string, source: ts.SourceFile): ts.ReturnStatement | undefined {
  const last = block.statements.at(-1);
  return last && ts.isReturnStatement(last) && last.expression?.getText(source) === name ? last : undefined;
}

/** `session.user.role = token.role;` before the session callback returns. */
export function intoSession(
  context: FixContext,
  work: CallbackWork,
  field: string,
  from: 'token' | 'user',
  read: (value: string, session: string) => string,
): FileEdits | string {
  const callback = openCallback(context, work);
  if (typeof callback === 'string') return callback;
  const { source, code, edits, name } = callback;
  const session = name('session');
  const carrier = name(from);
  if (!code.body) return `The callback in ${work.file} has no body.`;
  const literal = userLiteral(code.body);
  if (literal) {
    const additions: Additions = new Map();
    plan(additions, literal, `${field}: ${read(carrier, session)}`);
    return { file: work.file, create: false, edits: [...edits, ...addAll(source, additions)] };
  }
  const end = ts.isBlock(code.body) ? finalReturn(code.body, session, source) : undefined;
  if (!end)
    return `The session callback in ${work.file} doesn't end with \`return ${session}\`; set ${field} there by hand.`;
  const { semicolon, newline } = styleOf(source.text);
  const start = end.getStart(source);
  const text = `${session}.user.${field} = ${read(carrier, session)}${semicolon}${newline}${indentAt(source.text, start)}`;
  return { file: work.file, create: false, edits: [...edits, { start, end: start, text }] };
}

/** The `user` of the object that a callback hands back, when it is written out. */
function userLiteral(body: ts.ConciseBody): ts.ObjectLiteralExpression | undefined {
  const last = ts.isBlock(body) ? body.statements.at(-1) : undefined;
  const value = ts.isBlock(body) ? (last && ts.isReturnStatement(last) ? last.expression : undefined) : body;
  const result = literalOf(value);
  const user = result && propertyNamed(result, 'user');
  return user && ts.isPropertyAssignment(user) ? literalOf(user.initializer) : undefined;
}

/** `if (user) token.role = user.role;` at the start of the jwt callback. */
export function intoToken(
  context: FixContext,
  work: CallbackWork,
  field: string,
  isTyped: boolean,
): FileEdits | string {
  const callback = openCallback(context, work);
  if (typeof callback === 'string') return callback;
  const { source, code, edits, name } = callback;
  const [first] = code.body && ts.isBlock(code.body) ? code.body.statements : [];
  if (!first) return `The jwt callback in ${work.file} has no statements; set token.${field} there by hand.`;
  const token = name('token');
  const user = name('user');
  const { semicolon, newline } = styleOf(source.text);
  const start = first.getStart(source);
  const text = `${tokenLine(token, user, field, isTyped, styleOf(source.text).quote)}${semicolon}${newline}${indentAt(source.text, start)}`;
  return { file: work.file, create: false, edits: [...edits, { start, end: start, text }] };
}

/** @param isTyped whether the type of the user has the field */
function tokenLine(token: string, user: string, field: string, isTyped: boolean, quote: string): string {
  const has = isTyped ? user : `${user} && ${quote}${field}${quote} in ${user}`;
  return `if (${has}) ${token}.${field} = ${user}.${field}`;
}

/** A callback that is yet to be written. */
export interface NewCallback {
  name: 'jwt' | 'session';
  params: string[];
  lines: string[];
}

export function newTokenCallback(field: string, isTyped: boolean, quote: string): NewCallback {
  return {
    name: 'jwt',
    params: ['token', 'user'],
    lines: [tokenLine('token', 'user', field, isTyped, quote), 'return token'],
  };
}

/** Adds callbacks to the configuration that is written in the setup's file. */
export function addCallbacks(
  { sourceOf }: FixContext,
  setup: AuthSetup,
  callbacks: readonly NewCallback[],
): FileEdits | string {
  const source = sourceOf(setup.file);
  const config = source && configLiteral(source);
  if (!source || !config)
    return `The configuration of Auth.js isn't written in ${setup.file}; add the callbacks by hand.`;
  const { indent, newline, semicolon } = styleOf(source.text);
  const additions: Additions = new Map();
  const methods = (pad: string): string[] =>
    callbacks.map(({ name, params, lines }) =>
      [
        `${name}({ ${params.join(', ')} }) {`,
        ...lines.map((line) => `${pad}${indent}${line}${semicolon}`),
        `${pad}}`,
      ].join(newline),
    );
  const existing = config.properties.find((property) => property.name?.getText(source) === 'callbacks');
  if (existing) {
    if (!ts.isPropertyAssignment(existing) || !ts.isObjectLiteralExpression(existing.initializer))
      return `The callbacks in ${setup.file} are made elsewhere; add the field there by hand.`;
    const [member] = existing.initializer.properties;
    const pad = indentAt(source.text, (member ?? existing).getStart(source)) + (member ? '' : indent);
    for (const method of methods(pad)) plan(additions, existing.initializer, method);
  } else {
    const [member] = config.properties;
    const own = indentAt(source.text, (member ?? config).getStart(source)) + (member ? '' : indent);
    const pad = own + indent;
    const list = methods(pad).map((method) => `${pad}${method},`);
    plan(additions, config, ['callbacks: {', ...list, `${own}}`].join(newline));
  }
  return { file: setup.file, create: false, edits: addAll(source, additions) };
}

/** The object given to `NextAuth`, or the one called `authOptions`. */
function configLiteral(source: ts.SourceFile): ts.ObjectLiteralExpression | undefined {
  let found: ts.ObjectLiteralExpression | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'NextAuth')
      found ??= literalOf(node.arguments.at(-1));
    if (ts.isVariableDeclaration(node) && node.name.getText(source) === 'authOptions')
      found ??= literalOf(node.initializer);
    if (!found) ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
