import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import type { TextEdit } from '../../run/finding.ts';
import { callOf, clientOf, hereOf } from './callback.ts';
import { moveAfter } from './moveAfter.ts';
import { passTx } from './passTx.ts';

export const fixes = [
  defineFix({
    id: 'use-tx',
    title: () => "Use the transaction's client",
    trust: 'suggestion',
    preferred: true,
    edit: useTx,
  }),
  defineFix({
    id: 'pass-tx',
    title: () => "Pass the transaction's client on",
    trust: 'suggestion',
    preferred: false,
    edit: passTx,
  }),
  defineFix({
    id: 'await-call',
    title: () => 'Await it',
    trust: 'suggestion',
    preferred: false,
    edit: awaitCall,
  }),
  defineFix({
    id: 'await-all',
    title: () => 'Await all of them',
    trust: 'suggestion',
    preferred: false,
    edit: awaitAll,
  }),
  defineFix({
    id: 'move-after',
    title: () => 'Move it behind the transaction',
    trust: 'suggestion',
    preferred: false,
    edit: moveAfter,
  }),
];

const done = (context: FixContext, edits: TextEdit[]): FixOutcome => ({
  changes: [{ file: context.file, create: false, edits }],
});

function useTx(context: FixContext): FixOutcome {
  const here = hereOf(context);
  if (typeof here === 'string') return { refuse: here };
  const { node, source } = here;
  const client = clientOf(here);
  if (typeof client === 'string') return { refuse: client };
  const { parent } = node;
  const target = ts.isPropertyAccessExpression(parent) && parent.name === node ? parent : node;
  return done(context, [
    ...client.edits,
    { start: target.getStart(source), end: target.end, text: client.name },
  ]);
}

function awaitCall(context: FixContext): FixOutcome {
  const here = hereOf(context);
  if (typeof here === 'string') return { refuse: here };
  const call = callOf(here.node);
  if (!call) return { refuse: 'The call can no longer be found.' };
  let chain: ts.Expression = call;
  while (
    ts.isPropertyAccessExpression(chain.parent) &&
    chain.parent.expression === chain &&
    ts.isCallExpression(chain.parent.parent)
  )
    chain = chain.parent.parent;
  const edits = asyncEdits(here.source, here.callback, chain);
  if (typeof edits === 'string') return { refuse: edits };
  const start = chain.getStart(here.source);
  if (ts.isVoidExpression(chain.parent))
    return done(context, [
      ...edits,
      { start: chain.parent.getStart(here.source), end: start, text: 'await ' },
    ]);
  return done(context, [...edits, { start, end: start, text: 'await ' }]);
}

function awaitAll(context: FixContext): FixOutcome {
  const here = hereOf(context);
  if (typeof here === 'string') return { refuse: here };
  const { source, node, callback } = here;
  const call = callOf(node);
  if (!call) return { refuse: 'The call can no longer be found.' };
  const edits = asyncEdits(source, callback, call);
  if (typeof edits === 'string') return { refuse: edits };
  const start = call.getStart(source);
  const isAwaited = ts.isAwaitExpression(call.parent);
  const rename =
    node.getText(source) === 'forEach' ? [{ start: node.getStart(source), end: node.end, text: 'map' }] : [];
  return done(context, [
    ...edits,
    { start, end: start, text: isAwaited ? 'Promise.all(' : 'await Promise.all(' },
    ...rename,
    { start: call.end, end: call.end, text: ')' },
  ]);
}

/** What lets a place be awaited: nothing inside an async function, `async` before the transaction's callback. */
function asyncEdits(source: ts.SourceFile, callback: ts.Node, place: ts.Node): TextEdit[] | string {
  for (let at: ts.Node | undefined = place.parent; at; at = at.parent) {
    if (!ts.isFunctionLike(at)) continue;
    const isAsync =
      ts.canHaveModifiers(at) &&
      ts.getModifiers(at)?.some((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword) === true;
    if (isAsync) return [];
    if (at !== callback || ts.isFunctionDeclaration(at))
      return 'The function around it is not async: who calls it would have to wait for it too.';
    const start = at.getStart(source);
    return [{ start, end: start, text: 'async ' }];
  }
  return 'There is no function around the call.';
}
