/** Prisma calls: what they touch, what they give back, and look-ups that prove the caller. */
import { awaited, leaves, trim, UNDEF } from './abs.ts';
import type { Abs, Proof, Site } from './abs.ts';
import { known } from './callPlace.ts';
import type { Place } from './callPlace.ts';
import { runInPlace } from './closures.ts';
import type { Interpreter } from './interpreter.ts';
import { operationKind } from './knowledge.ts';
import { fromParts } from './parts.ts';
import type { State } from './state.ts';

/** A Prisma call. */
export function operation(
  it: Interpreter,
  callee: Extract<Abs, { k: 'operation' }>,
  args: readonly Abs[],
  state: State,
  place: Place | undefined,
): Abs {
  const { op, model } = callee;
  if (op === '$extends') return { k: 'prisma', tx: callee.tx };
  if (op === '$transaction') {
    const [first] = args;
    if (first?.k === 'closure')
      return { k: 'promise', of: awaited(runInPlace(it, first, [{ k: 'prisma', tx: true }], state)) };
    if (first?.k === 'array')
      return { k: 'promise', of: { k: 'array', items: first.items.map(awaited), open: first.open } };
    return { k: 'promise', of: fromParts(args) };
  }
  const kind = operationKind(op);
  if (!kind || !place) return fromParts(args);
  const at = place.calleeValue.k === 'member' ? place.calleeValue.at : place.call.at;
  const value: Abs = trim(
    place.call.k === 'tagged'
      ? {
          k: 'object',
          props: {
            sql: { k: 'lit', v: place.call.texts.join('?') },
            values: { k: 'array', items: [...args], open: false },
          },
          open: false,
        }
      : (args[0] ?? UNDEF),
    7,
  );
  const proof = lookupProof(op, args[0], { file: it.file, at: place.call.at }, model);
  const common = {
    file: it.file,
    at,
    model,
    op,
    kind,
    args: value,
    // Only who holds a one-time token gets its row.
    ...(proof?.kind === 'token' ? { proof } : {}),
    ...known(state),
    unsure: state.unsure,
    sure: callee.sure,
    tx: callee.tx,
  };
  it.addEffect({ ...common, trace: [] });
  const seen = it.queries.get(at);
  if (!seen || (seen.proof && !common.proof))
    it.queries.set(at, { ...common, fn: it.frame?.fn ?? 0, inLoop: it.inLoop });
  const many =
    op === 'findMany' ||
    op === '$queryRaw' ||
    op === '$queryRawUnsafe' ||
    op === 'groupBy' ||
    op.endsWith('AndReturn');
  const row: Abs = { k: 'row', model, many, path: [] };
  if (!proof) return { k: 'promise', of: row };
  return {
    k: 'promise',
    of: {
      k: 'variants',
      id: `${it.file}:${place.call.at}`,
      list: [
        { i: 0, value: { k: 'session', path: [] }, proof },
        { i: 1, value: { k: 'lit', v: null } },
      ],
    },
  };
}

/** A row found by what the request's header or cookie carries proves the caller: sessions, API keys, one-time tokens. */
function lookupProof(op: string, args: Abs | undefined, site: Site, model: string): Proof | undefined {
  if (!/^find(Unique|First)/.test(op) || args?.k !== 'object') return undefined;
  const { where } = args.props;
  if (!where) return undefined;
  const from = leaves(where);
  const secret =
    from.some((leaf) => leaf.k === 'origin' && (leaf.o === 'header' || leaf.o === 'cookie')) ||
    from.some((leaf) => leaf.k === 'param' && leaf.path.includes('headers'));
  if (secret)
    return {
      kind: /session/i.test(model) ? 'session' : 'key',
      steps: [{ ...site, note: `finds the ${model} that the request's header or cookie names` }],
    };
  const names = where.k === 'object' ? Object.keys(where.props) : [];
  if (
    names.some((name) => /token|secret|otp|code|hash|key|^([gu]?uid)$/i.test(name)) &&
    /token|invit|reset|verif|otp|code|key|magic|confirm/i.test(model)
  )
    return { kind: 'token', steps: [{ ...site, note: `finds a one-time ${model}` }] };
  return undefined;
}
