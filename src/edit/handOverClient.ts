/** Hands a client to a function that queries with the shared one: into a parameter it has, or into a new one. */
import { ts } from 'ts-morph';
import { spanOf } from '../facts/model.ts';
import type { Json } from '../base/json.ts';
import type { TextEdit } from '../run/finding.ts';
import type { FixContext } from './fix.ts';
import { intoObject, literalOf, nodeAt } from './queryCall.ts';
import { styleOf } from './style.ts';
import { addTxParameter, passArgument } from './txParameter.ts';
import type { ServiceFunction } from './txParameter.ts';

/**
 * Edits by file that pass a client to a call of a file.
 * @param data `i` and `key` of the parameter that takes it, or `file` and `service` (its number) of a function that takes none; `deep` when
 * that function doesn't query by itself
 * @param name what the client is called at the call
 */
export function handOver(
  context: FixContext,
  call: ts.CallExpression,
  data: { [key: string]: Json },
  name: string,
): Map<string, TextEdit[]> | { refuse: string } {
  const source = call.getSourceFile();
  const position = data['i'];
  if (typeof position === 'number') {
    const edits = passTo(source, call, { i: position, key: data['key'] }, name, context.text);
    return 'refuse' in edits ? edits : new Map([[context.file, edits.edits]]);
  }
  if (data['deep'] === true)
    return {
      refuse: 'The query is sent by a function that this one calls: pass the client through both by hand.',
    };
  const service = serviceOf(context, data);
  if (typeof service === 'string') return { refuse: service };
  const added = addTxParameter(service.source, service.fn, service.clients);
  if ('refuse' in added) return added;
  const passed = passArgument(source, call, added.i, name);
  if ('refuse' in passed) return passed;
  const changes = new Map<string, TextEdit[]>([[context.file, passed]]);
  changes.set(service.file, [...(changes.get(service.file) ?? []), ...added.edits]);
  return changes;
}

/** Fills a parameter that the function has: the argument itself, or a property of it. */
function passTo(
  source: ts.SourceFile,
  call: ts.CallExpression,
  { i, key }: { i: number; key: unknown },
  name: string,
  text: string,
): { edits: TextEdit[] } | { refuse: string } {
  if (typeof key !== 'string') {
    const edits = passArgument(source, call, i, name);
    return 'refuse' in edits ? edits : { edits };
  }
  const piece = key === name ? name : `${key}: ${name}`;
  const argument = call.arguments[i];
  if (!argument) {
    const edits = passArgument(source, call, i, `{ ${piece} }`);
    return 'refuse' in edits ? edits : { edits };
  }
  const literal = literalOf(argument);
  if (!literal) return { refuse: `Add \`${key}\` to what is passed by hand.` };
  return { edits: intoObject(source, literal, [{ name: key, text: piece }], styleOf(text)) };
}

/** The function that queries, and the shared client in its queries. */
function serviceOf(
  context: FixContext,
  data: { [key: string]: Json },
): { file: string; source: ts.SourceFile; fn: ServiceFunction; clients: ts.Identifier[] } | string {
  const file = String(data['file'] ?? '');
  const source = context.sourceOf(file);
  const facts = context.workspace.facts(file);
  const own = facts?.kind === 'ts' ? facts.functions[Number(data['service'])] : undefined;
  if (!source || !facts || !own) return 'The function that queries can no longer be found.';
  const { start, end } = spanOf(facts, own.all);
  const fn = nodeAt(source, start, end);
  if (!fn || !isService(fn)) return 'The function that queries can no longer be found.';
  const clients: ts.Identifier[] = [];
  for (const query of context.workspace.queries(file)) {
    const span = spanOf(facts, query.at);
    if (query.tx || span.start < start || span.end > end) continue;
    const client = receiverOf(nodeAt(source, span.start, span.end));
    if (!client) return 'The client of its queries is no plain name: give it a parameter by hand.';
    clients.push(client);
  }
  return { file, source, fn, clients };
}

function isService(node: ts.Node): node is ServiceFunction {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node)
  );
}

/** `prisma` of `prisma.post.create`. */
function receiverOf(operation: ts.Node | undefined): ts.Identifier | undefined {
  let at: ts.Node | undefined = operation?.parent;
  while (at && ts.isPropertyAccessExpression(at)) at = at.expression;
  return at && ts.isIdentifier(at) ? at : undefined;
}
