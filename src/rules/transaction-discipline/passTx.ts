/** Hands the transaction's client to a function that queries with the shared one. */
import { ts } from 'ts-morph';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { handOver } from '../../edit/handOverClient.ts';
import { callOf, clientOf, hereOf } from './callback.ts';

export function passTx(context: FixContext): FixOutcome {
  const here = hereOf(context);
  if (typeof here === 'string') return { refuse: here };
  const call = callOf(here.node);
  const client = clientOf(here);
  if (typeof client === 'string') return { refuse: client };
  if (!call || !ts.isCallExpression(call)) return { refuse: 'The call can no longer be found.' };
  const changes = handOver(context, call, context.data, client.name);
  if ('refuse' in changes) return changes;
  changes.set(context.file, [...client.edits, ...(changes.get(context.file) ?? [])]);
  return { changes: [...changes].map(([file, edits]) => ({ file, create: false, edits })) };
}
