/** Hands the transaction's client to a function that queries with the shared one. */
import { ts } from 'ts-morph';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { intoObject, literalOf, nodeAt } from '../../edit/queryCall.ts';
import { styleOf } from '../../edit/style.ts';
import { addTxParameter, passArgument } from '../../edit/txParameter.ts';
import type { ServiceFunction } from '../../edit/txParameter.ts';
import { spanOf } from '../../facts/model.ts';
import type { FileEdits, TextEdit } from '../../run/finding.ts';
import { callOf, clientOf, hereOf } from './callback.ts';

export function passTx(context: FixContext): FixOutcome {
  const here = hereOf(context);
  if (typeof here === 'string') return { refuse: here };
  const call = callOf(here.node);
  const client = clientOf(here);
  if (typeof client === 'string') return { refuse: client };
  if (!call || !ts.isCallExpression(call)) return { refuse: 'The call can no longer be found.' };
  const { data } = context;
  const position = data['i'];
  if (typeof position === 'number') {
    const edits = passTo(here.source, call, { i: position, key: data['key'] }, client.name, context.text);
    return 'refuse' in edits
      ? edits
      : { changes: [{ file: context.file, create: false, edits: [...client.edits, ...edits.edits] }] };
  }
  if (data['deep'] === true)
    return {
      refuse: 'The query is sent by a function that this one calls: pass the client through both by hand.',
    };
  const service = serviceOf(context);
  if (typeof service === 'string') return { refuse: service };
  const added = addTxParameter(service.source, service.fn, service.clients);
  if ('refuse' in added) return added;
  const passed = passArgument(here.source, call, added.i, client.name);
  if ('refuse' in passed) return passed;
  const changes = new Map<string, TextEdit[]>([[context.file, [...client.edits, ...passed]]]);
  changes.set(service.file, [...(changes.get(service.file) ?? []), ...added.edits]);
  return {
    changes: [...changes].map(([file, edits]): FileEdits => ({ file, create: false, edits })),
  };
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
): { file: string; source: ts.SourceFile; fn: ServiceFunction; clients: ts.Identifier[] } | string {
  const file = String(context.data['file'] ?? '');
  const source = context.sourceOf(file);
  const facts = context.workspace.facts(file);
  const own = facts?.kind === 'ts' ? facts.functions[Number(context.data['service'])] : undefined;
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
