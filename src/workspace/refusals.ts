/** Answers of the pages router that refuse: `res.status(401).json(…)`, by the response that the handler is handed. */
import type { Value } from '../facts/tsModel.ts';
import type { Abs } from './abs.ts';
import type { Interpreter } from './interpreter.ts';

/** Whether a call answers with an error. */
export function isRefusal(it: Interpreter, callee: Value, args: readonly Abs[]): boolean {
  if (callee.k !== 'member') return false;
  if (callee.name === 'sendStatus') return isError(args[0]) && isHandedIn(it, callee.of);
  if (!/^(json|end|send)$/.test(callee.name)) return false;
  for (let part = callee.of; part.k === 'call' && part.fn.k === 'member'; part = part.fn.of) {
    const [status] = part.args;
    if (part.fn.name === 'status')
      return status?.k === 'lit' && isError({ k: 'lit', v: status.v }) && isHandedIn(it, part.fn.of);
  }
  return false;
}

function isError(status: Abs | undefined): boolean {
  return status?.k === 'lit' && typeof status.v === 'number' && status.v >= 400;
}

function isHandedIn(it: Interpreter, value: Value): boolean {
  let root = value;
  while (root.k === 'call' || root.k === 'member') root = root.k === 'call' ? root.fn : root.of;
  return root.k === 'ref' && it.bindingOf(root.b)?.kind === 'param';
}
