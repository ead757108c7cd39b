/** Gives a function that queries with the shared client an optional parameter for a transaction's. */
import { ts } from 'ts-morph';
import type { TextEdit } from '../run/finding.ts';
import { declarationOf, isInside, isReference, referencesIn } from './scopes.ts';

export type ServiceFunction =
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ArrowFunction
  | ts.MethodDeclaration;

export interface NewTxParameter {
  edits: TextEdit[];
  /** Position of the new parameter. */
  i: number;
}

/**
 * Edits that add `tx: Pick<typeof prisma, 'post'> = prisma` and use it in the body; callers that give nothing notice nothing. Refuses where
 * the body does more with the client than to query.
 * @param clients places of the shared client in the queries that are to be sent with the new parameter
 */
export function addTxParameter(
  source: ts.SourceFile,
  fn: ServiceFunction,
  clients: readonly ts.Identifier[],
): NewTxParameter | { refuse: string } {
  const [first] = clients;
  const name = nameOf(fn);
  if (!first || !fn.body) return { refuse: 'The queries of the function can no longer be found.' };
  const client = first.text;
  if (clients.some((other) => other.text !== client))
    return { refuse: `\`${name}\` queries with more than one client.` };
  const declaration = declarationOf(first);
  if (!declaration || isInside(declaration, fn))
    return { refuse: `\`${client}\` is made inside \`${name}\`: hand it over there.` };
  const uses = referencesIn(fn.body).filter(
    (node) => node.text === client && declarationOf(node) === declaration,
  );
  const parts = new Set<string>();
  for (const use of uses) {
    const { parent } = use;
    if (
      !ts.isPropertyAccessExpression(parent) ||
      parent.expression !== use ||
      parent.name.text === '$transaction'
    )
      return {
        refuse: `\`${name}\` does more with \`${client}\` than to query: give it a parameter by hand.`,
      };
    parts.add(parent.name.text);
  }
  if (fn.parameters.some((parameter) => parameter.dotDotDotToken))
    return { refuse: `\`${name}\` takes any number of arguments: it has no place for one more.` };
  if (isWrapped(fn))
    return {
      refuse: `\`${name}\` is wrapped by another function, which may not pass a further argument on.`,
    };
  if (isHandedOn(source, name))
    return { refuse: `\`${name}\` is handed on as a value: others decide what it is called with.` };
  const taken = new Set(referencesIn(fn).map(({ text }) => text));
  const parameter = ['tx', 'transaction', 'txClient'].find((candidate) => !taken.has(candidate));
  if (parameter === undefined) return { refuse: `\`${name}\` uses the name \`tx\` already.` };
  const quote = source.text.includes('"') && !source.text.includes("'") ? '"' : "'";
  const isTyped = /\.[cm]?tsx?$/.test(source.fileName);
  const type = isTyped
    ? `: Pick<typeof ${client}, ${[...parts].map((part) => `${quote}${part}${quote}`).join(' | ')}>`
    : '';
  const text = `${parameter}${type} = ${client}`;
  const place = endOfParameters(source, fn);
  if (place === undefined) return { refuse: `\`${name}\` has no parentheses to take one more parameter.` };
  return {
    edits: [
      { start: place, end: place, text: fn.parameters.length > 0 ? `, ${text}` : text },
      ...uses.map((use) => ({ start: use.getStart(source), end: use.end, text: parameter })),
    ],
    i: fn.parameters.length,
  };
}

/** Edits that pass a value as the argument at a position; arguments that were left out before it become `undefined`. */
export function passArgument(
  source: ts.SourceFile,
  call: ts.CallExpression,
  i: number,
  text: string,
): TextEdit[] | { refuse: string } {
  if (call.arguments.some((argument) => ts.isSpreadElement(argument)))
    return { refuse: 'The call spreads its arguments: pass the client by hand.' };
  const present = call.arguments[i];
  if (present) return [{ start: present.getStart(source), end: present.end, text }];
  const missing = [...Array.from({ length: i - call.arguments.length }, () => 'undefined'), text].join(', ');
  const last = call.arguments.at(-1);
  if (last) return [{ start: last.end, end: last.end, text: `, ${missing}` }];
  return [{ start: call.end - 1, end: call.end - 1, text: missing }];
}

/** Where a further parameter goes: after the last one, or between the parentheses. */
export function endOfParameters(source: ts.SourceFile, fn: ServiceFunction): number | undefined {
  const last = fn.parameters.at(-1);
  if (last) {
    const before = source.text.slice(fn.getStart(source), fn.parameters[0]?.getStart(source));
    return before.includes('(') ? last.end : undefined;
  }
  const from = fn.name ? fn.name.end : (fn.typeParameters?.end ?? fn.getStart(source));
  const open = source.text.indexOf('(', from);
  return open < 0 ? undefined : open + 1;
}

function nameOf(fn: ServiceFunction): string {
  if (fn.name && ts.isIdentifier(fn.name)) return fn.name.text;
  const { parent } = fn;
  return (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) && ts.isIdentifier(parent.name)
    ? parent.name.text
    : 'the function';
}

function isWrapped(fn: ServiceFunction): boolean {
  return !ts.isFunctionDeclaration(fn) && ts.isCallExpression(fn.parent);
}

/** Whether the function is given to another as a value in its own file: `ids.map(save)`. */
function isHandedOn(source: ts.SourceFile, name: string): boolean {
  let found = false;
  const visit = (node: ts.Node): void => {
    if (
      ts.isIdentifier(node) &&
      node.text === name &&
      isReference(node) &&
      ts.isCallExpression(node.parent) &&
      node.parent.arguments.includes(node)
    )
      found = true;
    if (!found) ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
