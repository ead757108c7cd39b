/**
 * Values that may be undefined where they are used. Something has to say so: a `?.` whose left side is known to be missing at times, a
 * look-up that may find nothing, a declaration with `?`. What can't be known is taken to be there.
 */
import type { Binding, FunctionId, TsFacts, Value } from '../facts/tsModel.ts';
import { isChain, visitFile } from '../facts/visit.ts';
import { leaves } from './abs.ts';
import type { Abs } from './abs.ts';
import { isEnvironment } from './parts.ts';
import type { Presence } from './presence.ts';
import { isFilled, keyOf } from './presenceTests.ts';
import type { Present } from './presenceTests.ts';
import { mayBeMissing } from './zodShape.ts';
import type { WorkspaceView } from './view.ts';

export interface Absence {
  /**
   * `session`: there may be nobody signed in; `chain`: something that is read through `?.` may be missing; `lookup`: `find`, `get`, `at`
   * may find nothing; `environment`: a variable that may not be set; `optional`: declared so, by a `?`, a schema or the address;
   * `explicit`: the code says `undefined`.
   */
  why: 'session' | 'chain' | 'lookup' | 'environment' | 'optional' | 'explicit';
  /** What may be missing, as it is written. */
  what: string;
}

interface Use {
  view: WorkspaceView;
  presence: Presence;
  known: Present;
  /** The function in which the value is used. */
  fn: FunctionId;
}

const MAX_DEPTH = 10;

/**
 * Why a value may be undefined at a place; undefined when nothing says so.
 * @param abs what the interpreter knows of the value on its path
 */
export function absenceOf(use: Use, value: Value, abs: Abs | undefined, depth = 0): Absence | undefined {
  if (depth > MAX_DEPTH || use.presence.isSure(value, use.known)) return undefined;
  const inner = (part: Value, own?: Abs, known = use.known): Absence | undefined =>
    absenceOf({ ...use, known }, part, own, depth + 1);
  switch (value.k) {
    case 'ref':
      if (value.b < 0) return value.name === 'undefined' ? { why: 'explicit', what: 'undefined' } : undefined;
      return ofName(use, value, abs, depth);
    case 'await':
      return inner(value.of, abs);
    case 'unary':
      return value.op === 'void' ? { why: 'explicit', what: 'undefined' } : undefined;
    case 'logic': {
      const after = new Set(use.known);
      if (value.op === '??') return inner(value.right);
      use.presence.learn(value.left, value.op === '&&', after);
      if (value.op === '||') return inner(value.right, undefined, after);
      return inner(value.right, undefined, after) && { why: 'explicit', what: written(value.left) };
    }
    case 'cond': {
      for (const [i, part] of [value.then, value.else].entries()) {
        const after = new Set(use.known);
        use.presence.learn(value.test, i === 0, after);
        const found = inner(part, undefined, after);
        if (found) return found;
      }
      return undefined;
    }
    case 'member':
    case 'index':
    case 'call':
      return ofChain(use, value, abs, depth);
    default:
      return undefined;
  }
}

function ofName(
  use: Use,
  value: Extract<Value, { k: 'ref' }>,
  abs: Abs | undefined,
  depth: number,
): Absence | undefined {
  const verdict = verdictOf(abs);
  if (verdict === 'present') return undefined;
  const { facts } = use.presence;
  const binding = facts.bindings[value.b];
  if (!binding) return undefined;
  const initial = use.presence.initial(value.b) ?? destructured(facts, value.b, binding);
  if (initial) return absenceOf(use, initial, abs, depth + 1);
  if (binding.kind === 'param' && isDeclaredOptional(binding)) return { why: 'optional', what: binding.name };
  return verdict && { why: verdict, what: binding.name };
}

/** What a name of a destructured parameter reads: `input.userId` of `({ userId }: Input)`. */
function destructured(facts: TsFacts, b: number, binding: Binding): Value | undefined {
  if (binding.mutable || binding.kind !== 'param') return undefined;
  const own = facts.functions[binding.fn];
  if (!own || own.params.includes(b)) return undefined;
  for (const step of own.body) if (step.s === 'let' && step.b === b) return step.value;
  return undefined;
}

function ofChain(
  use: Use,
  value: Extract<Value, { k: 'member' | 'index' | 'call' }>,
  abs: Abs | undefined,
  depth: number,
): Absence | undefined {
  const verdict = verdictOf(abs);
  if (verdict === 'present') return undefined;
  if (abs?.k === 'global' && isEnvironment(abs))
    return isValidated(use, abs.path[2] ?? '') ? undefined : { why: 'environment', what: written(value) };
  if (value.k === 'call' && isLookup(use, value)) return { why: 'lookup', what: written(value) };
  if (value.k === 'member' && isOptionalMember(use, value)) return { why: 'optional', what: written(value) };
  for (let at: Value | undefined = value; at; at = stepDown(at)) {
    if ((at.k !== 'member' && at.k !== 'index' && at.k !== 'call') || !at.opt) continue;
    const base = at.k === 'call' ? at.fn : at.of;
    const key = keyOf(base);
    if (key !== undefined && use.known.has(key)) continue;
    const found = nothingToRead(use, base, abs, depth + 1);
    if (found) return found;
  }
  if (verdict === 'optional' || (verdict && !isChain(value))) return { why: verdict, what: written(value) };
  return undefined;
}

function stepDown(value: Value): Value | undefined {
  return value.k === 'member' || value.k === 'index' ? value.of : value.k === 'call' ? value.fn : undefined;
}

/**
 * Why the left side of a `?.` may be null or undefined.
 * @param abs what is known of the value at the end of the chain
 */
function nothingToRead(use: Use, base: Value, abs: Abs | undefined, depth: number): Absence | undefined {
  if (depth > MAX_DEPTH || use.presence.isSure(base, use.known)) return undefined;
  const found = (why: Absence['why']): Absence => ({ why, what: written(base) });
  const verdict = verdictOf(abs);
  if (verdict && verdict !== 'present') return found(verdict === 'optional' ? 'chain' : verdict);
  if (base.k === 'call' && base.fn.k === 'member' && base.fn.name === 'get' && abs && isOfRequest(abs))
    return found('chain');
  switch (base.k) {
    case 'await':
      return nothingToRead(use, base.of, abs, depth + 1);
    case 'ref': {
      const binding = use.presence.facts.bindings[base.b];
      const initial = use.presence.initial(base.b);
      if (initial) return nothingToRead(use, initial, abs, depth + 1) && found('chain');
      if (binding?.kind === 'param' && (isDeclaredOptional(binding) || /\bnull\b/.test(binding.type ?? '')))
        return found('optional');
      return undefined;
    }
    case 'call':
      if (isLookup(use, base) || isEmptyMatch(base)) return found('lookup');
      return isRowOrNull(use, base, abs) ? found('chain') : undefined;
    case 'index':
      // `rows[0]?.id`, `authorization.split(' ')[1]?.trim()`
      return base.key.k === 'lit' && typeof base.key.v === 'number' && !isFilled(base.of, use.known)
        ? found('lookup')
        : undefined;
    case 'member':
      if (isOptionalRelation(use, base, abs)) return found('chain');
      return isChain(base) ? absenceOf(use, base, abs, depth + 1) : undefined;
    default:
      return undefined;
  }
}

/** A row that a look-up by key may not have found. */
function isRowOrNull({ view }: Use, call: Extract<Value, { k: 'call' }>, abs: Abs | undefined): boolean {
  if (call.fn.k === 'member' && /^find(Unique|First)$/.test(call.fn.name)) return abs?.k === 'row';
  if (abs?.k !== 'row' || abs.many || abs.path.length !== 1 || !abs.query) return false;
  const { file, at } = abs.query;
  return view.queries(file).some((query) => query.at === at && /^find(Unique|First)$/.test(query.op));
}

/** A cookie or a header, which a request need not have. */
function isOfRequest(abs: Abs): boolean {
  return leaves(abs).some((leaf) => leaf.k === 'origin' && /^(cookie|header)$/.test(leaf.o));
}

/** `post.category?.id` of a post that needs no category. */
function isOptionalRelation({ view, presence }: Use, base: Value, abs: Abs | undefined): boolean {
  if (base.k !== 'member' || abs?.k !== 'row' || abs.path.length < 2) return false;
  const schema = view.schema(presence.file);
  const name = abs.path.at(-2);
  let model = schema?.modelOf(abs.model);
  for (const step of abs.path.slice(0, -2)) model = model && schema?.relationTarget(model.name, step);
  if (!schema || !model || name !== base.name) return false;
  const field = schema.field(model.name, name);
  return field !== undefined && schema.isRelation(field) && field.optional;
}

/** Whether a module of the project that validates the environment names a variable. */
function isValidated({ view }: Use, name: string): boolean {
  return view.withTrait('env').some((file) => {
    const facts = view.tsFacts(file);
    let found = false;
    if (facts)
      visitFile(facts, (value) => {
        found ||= value.k === 'object' && value.props.some((prop) => prop.p === 'prop' && prop.name === name);
      });
    return found;
  });
}

/** `list.find(…)`, `list.at(0)`, `list.pop()`, `new Map(…).get(key)`. */
function isLookup({ presence, known }: Use, call: Extract<Value, { k: 'call' }>): boolean {
  if (call.fn.k !== 'member') return false;
  const { name, of } = call.fn;
  const [first] = call.args;
  if (name === 'find' || name === 'findLast') return first?.k === 'function';
  if (isFilled(of, known)) return false;
  if (name === 'at') return call.args.length === 1 && first?.k !== 'function';
  if (name === 'pop' || name === 'shift') return call.args.length === 0;
  const made = name === 'get' && of.k === 'ref' ? presence.initial(of.b) : undefined;
  return made?.k === 'new' && made.fn.k === 'ref' && made.fn.name === 'Map' && made.fn.b < 0;
}

/** `text.match(/…/)`, `pattern.exec(text)`. */
function isEmptyMatch(call: Extract<Value, { k: 'call' }>): boolean {
  return call.fn.k === 'member' && /^(match|exec)$/.test(call.fn.name);
}

/** What the interpreter says: the reason of a known absence, that the value is there, or nothing. */
function verdictOf(abs: Abs | undefined): 'session' | 'chain' | 'optional' | 'present' | undefined {
  switch (abs?.k) {
    case 'session':
    case 'lit':
    case 'object':
    case 'array':
      return 'present';
    case 'undef':
      return abs.thrown ? 'present' : 'chain';
    case 'variants': {
      const verdicts = abs.list.map(({ value }) => verdictOf(value));
      if (verdicts.some((verdict) => verdict !== undefined && verdict !== 'present'))
        return abs.list.some(({ value }) => value.k === 'session') ? 'session' : 'chain';
      return verdicts.every((verdict) => verdict === 'present') ? 'present' : undefined;
    }
    case 'parsed':
      if (abs.shape.partly) return undefined;
      if (mayBeMissing(abs.shape))
        return abs.shape.optional && !abs.shape.hasDefault ? 'optional' : 'present';
      return /^(any|unknown|union)$/.test(abs.shape.t) ? undefined : 'present';
    case 'unknown':
      return abs.filled ? 'present' : undefined;
    default:
      return undefined;
  }
}

function isDeclaredOptional(binding: Binding): boolean {
  return binding.optional === true || /\bundefined\b/.test(withoutBraces(binding.type ?? ''));
}

function withoutBraces(type: string): string {
  return type.replace(/\{[^{}]*\}/g, '');
}

/** `filter.status` of `(filter: { status?: Status })`; a search parameter of a page by its declared type. */
function isOptionalMember({ presence }: Use, value: Extract<Value, { k: 'member' }>): boolean {
  const type = declaredType(presence, value.of, 0);
  return type !== undefined && new RegExp(`[{;,\\s]${value.name.replace(/\W/g, '')}\\?\\s*:`).test(type);
}

/** The declared type of the parameter that a value is read from. */
function declaredType(presence: Presence, value: Value, depth: number): string | undefined {
  if (depth > 4) return undefined;
  if (value.k === 'await' || value.k === 'member') return declaredType(presence, value.of, depth + 1);
  if (value.k !== 'ref') return undefined;
  const { facts } = presence;
  const binding = facts.bindings[value.b];
  if (!binding || binding.mutable) return undefined;
  if (facts.functions[binding.fn]?.params.includes(value.b)) return binding.type;
  const initial = presence.initial(value.b) ?? destructured(facts, value.b, binding);
  return initial && declaredType(presence, initial, depth + 1);
}

/** An expression as it is written, as far as it is made of names. */
export function written(value: Value): string {
  switch (value.k) {
    case 'ref':
    case 'this':
      return value.k === 'ref' ? value.name : 'this';
    case 'member': {
      // What a parameter is taken apart into has no name of its own.
      const of = written(value.of);
      return of === '' ? value.name : `${of}${value.opt ? '?.' : '.'}${value.name}`;
    }
    case 'index':
      return `${written(value.of)}${value.opt ? '?.' : ''}[${value.key.k === 'lit' ? String(value.key.v) : '…'}]`;
    case 'call':
      return `${written(value.fn)}(${value.args.length > 0 ? '…' : ''})`;
    case 'await':
      return written(value.of);
    default:
      return '…';
  }
}
