/** Values of the surroundings that a function given to `unstable_cache` uses and that its key leaves out. */
import type { FileId } from '../../base/path.ts';
import type { BindingId, FunctionId, TsFacts, Value } from '../../facts/tsModel.ts';
import { visitFile, visitSteps, visitValue } from '../../facts/visit.ts';
import type { CacheUse } from '../../workspace/caches.ts';
import { initialValue } from '../../workspace/initialValue.ts';
import { withClosures } from '../../workspace/requestReads.ts';
import type { RequestReads } from '../../workspace/requestReads.ts';

export interface Capture {
  name: string;
  at: number;
  /** Belongs to the one who asks: comes from the session, or is somebody's by its name. */
  isUsers: boolean;
}

const USERS =
  /(^|[a-z_])(user|owner|author|account|customer|member|viewer|tenant|org|organi[sz]ation|workspace|team|session)(_?id|_?email)?$/i;

/** The first place of each captured value that is not part of the key. */
export function missingInKey(
  reads: RequestReads,
  file: FileId,
  facts: TsFacts,
  use: CacheUse,
  fn: FunctionId,
): Capture[] {
  const key = keyValues(facts, use);
  if (!key) return [];
  const keyed = new Set<BindingId>();
  for (const value of key)
    for (const b of localsIn(facts, value)) for (const root of rootsOf(facts, b)) keyed.add(root);
  const out = new Map<BindingId, Capture>();
  for (const { b, name, at, path } of capturedIn(facts, fn)) {
    if (out.has(b) || [...rootsOf(facts, b)].some((root) => keyed.has(root))) continue;
    const source = sourceOf(reads, file, facts, b);
    if (source !== 'none')
      out.set(b, {
        name,
        at,
        isUsers: source === 'request' || [name, ...path].some((part) => USERS.test(part)),
      });
  }
  return [...out.values()];
}

/** The parts of the key and the arguments of its calls; undefined when they can't be seen. */
function keyValues(facts: TsFacts, { call, b }: CacheUse): Value[] | undefined {
  let parts = call?.args[1];
  if (parts?.k === 'ref' && parts.b >= 0) {
    const owner = facts.functions[facts.bindings[parts.b]?.fn ?? -1];
    parts = owner && initialValue(owner.body, parts.b);
    if (!parts) return undefined;
  }
  const isNone = parts === undefined || (parts.k === 'ref' && parts.name === 'undefined');
  if (!isNone && parts?.k !== 'array') return undefined;
  const out: Value[] = parts && !isNone ? [parts] : [];
  visitFile(facts, (value) => {
    if (
      value.k === 'call' &&
      (value.fn === call || (b !== undefined && value.fn.k === 'ref' && value.fn.b === b))
    )
      out.push(...value.args);
  });
  return out;
}

/** Variables of functions that a value is made of; what is called is none of them. */
function localsIn(facts: TsFacts, value: Value): BindingId[] {
  const out: BindingId[] = [];
  visitValue(value, (part) => {
    if (part.k === 'ref' && part.b >= 0 && (facts.bindings[part.b]?.fn ?? 0) !== 0) out.push(part.b);
  });
  return out;
}

/** The variables that a variable is made of, itself among them. */
function rootsOf(facts: TsFacts, b: BindingId, out: Set<BindingId> = new Set()): Set<BindingId> {
  if (out.has(b)) return out;
  out.add(b);
  const binding = facts.bindings[b];
  const owner = binding && facts.functions[binding.fn];
  const init = owner && initialValue(owner.body, b);
  if (init) for (const inner of localsIn(facts, init)) rootsOf(facts, inner, out);
  return out;
}

interface Captured {
  b: BindingId;
  name: string;
  at: number;
  /** Members read of it: `['user', 'id']`. */
  path: string[];
}

function capturedIn(facts: TsFacts, fn: FunctionId): Captured[] {
  const inside = new Set(withClosures(facts, fn));
  const out: Captured[] = [];
  const note = (value: Value, path: string[]): boolean => {
    if (value.k === 'member') {
      if (!note(value.of, [value.name, ...path])) return false;
      return true;
    }
    if (value.k !== 'ref') return false;
    const binding = facts.bindings[value.b];
    if (
      binding &&
      binding.fn !== 0 &&
      !inside.has(binding.fn) &&
      /^(const|let|param|temp)$/.test(binding.kind)
    )
      out.push({ b: value.b, name: value.name, at: value.at, path });
    return true;
  };
  for (const id of inside)
    visitSteps(facts.functions[id]?.body ?? [], {
      value: (value) => {
        if (value.k === 'member' || value.k === 'ref') return !note(value, []);
        if (value.k !== 'call' || (value.fn.k !== 'ref' && value.fn.k !== 'member')) return true;
        // `db.post.findMany(…)`: what is called is no part of the answer's key.
        for (const arg of value.args)
          visitValue(arg, (part) => (part.k === 'member' || part.k === 'ref' ? !note(part, []) : true));
        return value.fn.k === 'member' && value.fn.of.k === 'call';
      },
    });
  return out;
}

/** Where a captured value comes from: the request, an argument of the function around it, or nothing that differs. */
function sourceOf(
  reads: RequestReads,
  file: FileId,
  facts: TsFacts,
  b: BindingId,
): 'request' | 'argument' | 'none' {
  let source: 'argument' | 'none' = 'none';
  for (const root of rootsOf(facts, b)) {
    const binding = facts.bindings[root];
    const owner = binding && facts.functions[binding.fn];
    if (!binding || !owner) continue;
    if (owner.params.includes(root) && !/=>|Function\b|Client\b/.test(binding.type ?? ''))
      source = 'argument';
    const init = initialValue(owner.body, root);
    if (!init) continue;
    let isRequest = false;
    visitValue(init, (value) => {
      if (value.k === 'call' && reads.ofCall(file, facts, binding.fn, value)) isRequest = true;
    });
    if (isRequest) return 'request';
  }
  return source;
}
