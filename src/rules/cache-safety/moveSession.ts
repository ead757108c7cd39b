/** Splits a cached function in two: one that reads the session, and the cached one that is told what it needs of it. */
import { ts } from 'ts-morph';
import { allNames, referencesIn } from '../../edit/scopes.ts';
import { styleOf } from '../../edit/style.ts';
import type { TextEdit } from '../../run/finding.ts';

/** Edits, or the reason why the function can't be split mechanically. */
export function moveSessionOut(source: ts.SourceFile, call: ts.Node): TextEdit[] | string {
  const fn = ts.findAncestor(call, ts.isFunctionLike);
  if (!fn || !ts.isFunctionDeclaration(fn) || !fn.body || !fn.name || fn.parent !== source)
    return 'Only a function declaration of the module can be split mechanically.';
  if (
    fn.typeParameters ||
    fn.parameters.some(({ name, dotDotDotToken }) => !ts.isIdentifier(name) || dotDotDotToken)
  )
    return 'Its parameters can’t be passed on mechanically.';
  const parts = partsOf(fn.body, call);
  if (typeof parts === 'string') return parts;
  const { read, session, guards, rest } = parts;
  const uses = usesOf(rest, session);
  if (typeof uses === 'string') return uses;
  const [first] = uses;
  if (!first) return 'The cached function does not use the session.';
  const alias = aliasOf(rest, first);
  const given = alias ? alias.name : nameFrom(first);
  const names = allNames(source);
  const inner = `${fn.name.text}Cached`;
  if (names.has(inner) || (!alias && names.has(given)))
    return `The names ${inner} and ${given} are needed, and one of them is taken.`;
  const text = first.getText();
  const type =
    uses.some((use) => use.getText().includes('?.')) && guards.length === 0 ? 'string | undefined' : 'string';
  const { newline, semicolon } = styleOf(source.text);
  const indent = /[ \t]*$/.exec(source.text.slice(0, read.getStart(source)))?.[0] ?? '  ';
  const passed = [...fn.parameters.map(({ name }) => name.getText()), text].join(', ');
  const start = fn.getStart(source, false);
  const open = fn.body.getStart(source);
  const outer = [
    `${source.text.slice(start, open)}{`,
    ...[read, ...guards].map((statement) => indent + statement.getText()),
    `${indent}return ${inner}(${passed})${semicolon}`,
    '}',
  ].join(newline);
  const last = fn.parameters.at(-1);
  const atParameter = last ? last.end : fn.name.end + 1;
  return [
    { start, end: fn.name.end, text: `${outer}${newline}${newline}async function ${inner}` },
    { start: atParameter, end: atParameter, text: `${last ? ', ' : ''}${given}: ${type}` },
    ...[read, ...guards, ...(alias ? [alias.statement] : [])].map((statement) => lineOf(source, statement)),
    ...uses
      .filter((use) => !alias || use !== alias.use)
      .map((use) => ({ start: use.getStart(source), end: use.end, text: given })),
  ];
}

interface Parts {
  read: ts.Statement;
  session: string;
  /** Statements that stop without a session. */
  guards: ts.Statement[];
  /** What stays in the cache. */
  rest: ts.Statement[];
}

function partsOf(body: ts.Block, call: ts.Node): Parts | string {
  const { statements } = body;
  const isDirective = (one: ts.Statement): boolean =>
    ts.isExpressionStatement(one) && ts.isStringLiteral(one.expression);
  if (!statements.some(isDirective))
    return 'The whole file is cached. Move what reads the session to another file.';
  const at = statements.findIndex((one) => one.pos <= call.pos && call.end <= one.end);
  const read = statements[at];
  const declaration = read && ts.isVariableStatement(read) ? read.declarationList.declarations[0] : undefined;
  if (
    !read ||
    !ts.isVariableStatement(read) ||
    read.declarationList.declarations.length !== 1 ||
    !declaration ||
    !ts.isIdentifier(declaration.name) ||
    !declaration.initializer ||
    !ts.isAwaitExpression(declaration.initializer)
  )
    return 'The session is not read into a variable of its own.';
  const before = statements.slice(0, at);
  if (!before.every((one) => isDirective(one) || isCacheSetting(one)))
    return 'Something happens before the session is read.';
  const session = declaration.name.text;
  if (before.some((one) => mentions(one, session))) return 'The session is used before it is read.';
  const after = statements.slice(at + 1);
  let count = 0;
  while (count < after.length && isGuard(after[count], session)) count++;
  return { read, session, guards: after.slice(0, count), rest: [...before, ...after.slice(count)] };
}

/** `cacheLife('hours')`, `cacheTag('posts')`. */
function isCacheSetting(statement: ts.Statement): boolean {
  return (
    ts.isExpressionStatement(statement) &&
    ts.isCallExpression(statement.expression) &&
    /^(unstable_)?cache(Life|Tag)$/.test(statement.expression.expression.getText())
  );
}

/** `if (!session?.user) return …`, with nothing else of the function in it. */
function isGuard(statement: ts.Statement | undefined, session: string): boolean {
  return (
    statement !== undefined &&
    ts.isIfStatement(statement) &&
    !statement.elseStatement &&
    mentions(statement.expression, session)
  );
}

function mentions(node: ts.Node, name: string): boolean {
  return referencesIn(node).some((reference) => reference.text === name);
}

/** The parts of the session that are used, all of them the same: `session.user.id`. */
function usesOf(rest: readonly ts.Statement[], session: string): ts.Expression[] | string {
  const uses: ts.Expression[] = [];
  for (const statement of rest)
    for (const reference of referencesIn(statement)) {
      if (reference.text !== session) continue;
      let chain: ts.Expression = reference;
      while (ts.isPropertyAccessExpression(chain.parent) && chain.parent.expression === chain)
        chain = chain.parent;
      if (chain === reference) return 'The session is used as a whole, and a session is no good key.';
      uses.push(chain);
    }
  const forms = new Set(uses.map((use) => use.getText().replaceAll('?.', '.')));
  if (forms.size > 1) return 'More than one part of the session is used. Pass each of them as an argument.';
  const [form] = forms;
  return form !== undefined && !/\.(id|email|role|name|\w+Id)$/.test(form)
    ? 'What is used of the session is no plain value.'
    : uses;
}

/** `const userId = session.user.id;`, which gives the argument its name. */
function aliasOf(
  rest: readonly ts.Statement[],
  first: ts.Expression,
): { statement: ts.Statement; name: string; use: ts.Expression } | undefined {
  const { parent } = first;
  if (!ts.isVariableDeclaration(parent) || parent.initializer !== first || !ts.isIdentifier(parent.name))
    return undefined;
  const statement = rest.find((one) => ts.isVariableStatement(one) && one.declarationList === parent.parent);
  return statement &&
    parent.parent.getChildCount() > 0 &&
    ts.isVariableStatement(statement) &&
    statement.declarationList.declarations.length === 1
    ? { statement, name: parent.name.text, use: first }
    : undefined;
}

function nameFrom(chain: ts.Expression): string {
  const [owner, last] = chain.getText().replaceAll('?.', '.').split('.').slice(-2);
  if (owner === undefined || last === undefined || last.endsWith('Id')) return last ?? 'value';
  return owner + last.charAt(0).toUpperCase() + last.slice(1);
}

/** A statement with its line. */
function lineOf(source: ts.SourceFile, statement: ts.Statement): TextEdit {
  const { text } = source;
  const from = statement.getStart(source);
  const start = from - (/[ \t]*$/.exec(text.slice(0, from))?.[0].length ?? 0);
  const end = statement.end + (/^[ \t]*\r?\n/.exec(text.slice(statement.end))?.[0].length ?? 0);
  return { start, end, text: '' };
}
