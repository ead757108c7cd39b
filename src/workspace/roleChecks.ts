/** Tests of what the caller may do: roles that are compared, listed, ranked, looked up in maps, asked of helpers and policies. */
import type { Value } from '../facts/tsModel.ts';
import { visitSteps, visitValue } from '../facts/visit.ts';
import { leaves } from './abs.ts';
import type { Abs } from './abs.ts';
import { initialValue } from './initialValue.ts';
import type { Interpreter } from './interpreter.ts';
import type { Links } from './links.ts';
import { look, NOTHING } from './look.ts';
import { ALLOWS, FORBIDS, rowOf } from './ownerChecks.ts';
import { converted } from './comparisons.ts';
import { isOfEnvironment } from './parts.ts';
import { rolesOfRow } from './roleRows.ts';
import { decidesByRole, FLAG, ROLE } from './roleTests.ts';
import type { State } from './state.ts';
import { parseFunctionKey } from './summary.ts';

/** Roles that everybody who signs up gets: not having one of them is having more. */
const LOWLY =
  /^(role_)?(user|guest|customer|client|viewer|reader|visitor|basic|free|student|anonymous|none|public)$/i;
/** Names under which a function is given its caller. */
const CALLER =
  /(user|session|auth|ctx|context|member|membership|account|viewer|caller|actor|token|profile|admin|employee|staff|principal|identity|requester|claims|me)$/i;
/** What is listed among roles where some right is asked for that has no role's name. */
export const PERMISSION = 'permission';
/** How abilities are asked, with a verb and a subject. */
const ABILITY = /^(can|cannot|cant)$/;
/** Names of functions that answer yes or no about rights. */
const PREDICATE =
  /^(is|has|can|may|check|allow|verify|validate|assert)(?![a-z])|permi(t|ssion)|role|allowed|authori[sz]ed|access/i;
/** Models whose rows are people, or what people are in a group. */
const PEOPLE =
  /user|member|account|profile|admin|staff|employee|role|permission|person|collaborator|participant|agent|operator/i;

/**
 * The roles (or permissions) one of which the caller must have for a test to come out so; undefined when it says nothing about them.
 * @param test a condition that has been evaluated before
 */
export function rolesShown(
  it: Interpreter,
  test: Value,
  truth: boolean,
  state: State,
  depth = 0,
): string[] | undefined {
  if (depth > 6) return undefined;
  const inner = (value: Value, outcome = truth): string[] | undefined =>
    rolesShown(it, value, outcome, state, depth + 1);
  switch (test.k) {
    case 'unary':
      return test.op === '!' ? inner(test.of, !truth) : undefined;
    case 'await':
      return inner(test.of);
    case 'logic': {
      if (test.op === '??') return inner(test.left);
      const [left, right] = [inner(test.left), inner(test.right)];
      // Both sides hold, or one of them does.
      if ((test.op === '&&') === truth) return left ?? right;
      return left && right ? [...new Set([...left, ...right])] : undefined;
    }
    case 'binary':
      return comparedRoles(it, test, truth, state);
    case 'call':
      if (test.fn.k === 'ref' && test.fn.b < 0 && test.fn.name === 'Boolean' && test.args[0])
        return inner(test.args[0]);
      return askedRoles(it, test, truth, state);
    case 'index':
    case 'member':
      return truth ? heldRoles(it, test, state) : undefined;
    case 'ref': {
      const initial = constant(it, test);
      const found = truth ? rolesOfRow(look(it, test, state, NOTHING)) : undefined;
      if (found) return found;
      if (initial && initial.k !== 'ref') return inner(initial);
      return truth ? heldRoles(it, test, state) : undefined;
    }
    default:
      return undefined;
  }
}

/** What a constant of the function being run (or of those around it) was given. */
export function constant(it: Interpreter, { b }: Extract<Value, { k: 'ref' }>): Value | undefined {
  const binding = it.bindingOf(b);
  if (!binding || binding.mutable || binding.fn === 0 || !['const', 'let', 'temp'].includes(binding.kind))
    return undefined;
  return initialValue(it.functionOf(binding.fn)?.body ?? [], b);
}

/** `user.role === 'ADMIN'`, `user.isAdmin === true`, `RANK[user.role] >= RANK.EDITOR`. */
function comparedRoles(
  it: Interpreter,
  test: Extract<Value, { k: 'binary' }>,
  truth: boolean,
  state: State,
): string[] | undefined {
  const sides = [
    [test.left, test.right, false],
    [test.right, test.left, true],
  ] as const;
  if (['==', '===', '!=', '!=='].includes(test.op)) {
    const equal = truth !== test.op.startsWith('!');
    for (const [role, other] of sides) {
      const read = look(it, converted(role) ?? role, state, NOTHING);
      const value = look(it, other, state, NOTHING);
      if (isFlagRead(it, read) && value.k === 'lit' && typeof value.v === 'boolean')
        return value.v === equal ? [lastName(read)] : undefined;
      if (equal && isSessionName(it, read)) {
        if (isOfEnvironment(value)) return ['named in the environment'];
        if (value.k === 'lit' && typeof value.v === 'string') return ['listed'];
      }
      const label = isRoleRead(it, read) ? labelOf(it, value, other) : undefined;
      if (label === undefined) continue;
      // What everybody has is no right.
      if (LOWLY.test(label)) return equal ? undefined : [label === 'free' ? PERMISSION : `not ${label}`];
      if (equal) return [label];
    }
    return undefined;
  }
  if (!['>', '>=', '<', '<='].includes(test.op)) return undefined;
  for (const [role, other, swapped] of sides) {
    if (!asksRole(it, role, state)) continue;
    const above = test.op.startsWith('>') !== swapped;
    return above === truth ? [labelOf(it, look(it, other, state, NOTHING), other) ?? 'rank'] : undefined;
  }
  return undefined;
}

/** `['ADMIN'].includes(role)`, `user.permissions.has('x')`, `roles.some((r) => …)`, `has({ role })`, `can(user, 'delete')`. */
function askedRoles(
  it: Interpreter,
  call: Extract<Value, { k: 'call' }>,
  truth: boolean,
  state: State,
): string[] | undefined {
  const { fn, args } = call;
  if (
    fn.k === 'member' &&
    /^(includes|has|some|every|find|filter|findIndex|indexOf|contains)$/.test(fn.name)
  ) {
    const [first] = args;
    if (first && /^(includes|has|contains)$/.test(fn.name) && asksRole(it, first, state)) {
      const listed = listedRoles(it, fn.of, state);
      if (truth) return listed.length ? listed : ['listed'];
      return listed.length && listed.every((label) => LOWLY.test(label))
        ? listed.map((label) => `not ${label}`)
        : undefined;
    }
    // `process.env.ADMINS?.split(',').includes(session.user.email)`
    if (
      truth &&
      first &&
      /^(includes|has|contains)$/.test(fn.name) &&
      isSessionName(it, look(it, first, state, NOTHING)) &&
      isOfEnvironment(look(it, unlessMissing(fn.of), state, NOTHING))
    )
      return ['named in the environment'];
    // `['ann@example.com'].includes(session.user.email)`: written down by name.
    if (
      truth &&
      first &&
      /^(includes|has)$/.test(fn.name) &&
      isSessionName(it, look(it, first, state, NOTHING)) &&
      isListOfTexts(look(it, fn.of, state, NOTHING))
    )
      return ['listed'];
    if (asksRole(it, fn.of, state) || isListOfRoles(look(it, fn.of, state, NOTHING)))
      return truth ? (literalsIn(it, args) ?? [textOfRole(fn.of)]) : undefined;
  }
  // `session.user.email.endsWith('@example.com')`: the people of one company.
  if (truth && fn.k === 'member' && fn.name === 'endsWith' && literalsIn(it, args)) {
    if (isSessionName(it, look(it, fn.of, state, NOTHING))) return ['of one domain'];
  }
  const callee = look(it, fn, state, NOTHING);
  const name = fn.k === 'ref' || fn.k === 'member' ? fn.name : '';
  // Clerk's `has({ role: 'org:admin' })`.
  if (callee.k === 'session' && callee.path.at(-1) === 'has')
    return truth ? (literalsIn(it, args) ?? [PERMISSION]) : undefined;
  if (callee.k === 'closure') {
    if (!truth || !PREDICATE.test(name)) return undefined;
    if (!args.some((arg) => isCaller(it, look(it, arg, state, NOTHING)))) return undefined;
    // What its answer shows was taken over already, where it could be followed.
    return decidesByRole(it.links, callee)
      ? (literalsIn(it, args) ?? rolesListedBy(it.links, callee) ?? state.roles ?? [name])
      : undefined;
  }
  // What a package decides can't be followed; that it was asked about rights is known by its name alone.
  const allows = FORBIDS.test(name)
    ? !truth
    : truth && (ALLOWS.test(name) || /^(has|check)(Role|Permission|Access)/i.test(name));
  if (!allows) return undefined;
  // `ability.can('delete', 'Order')`: a verb and what it is done to are no role.
  return ABILITY.test(name) ? [PERMISSION] : (literalsIn(it, args) ?? [name]);
}

/** The roles among which a helper looks for the one that it is given: `return ADMIN_ROLES.includes(role)`. */
function rolesListedBy(links: Links, { file, fn }: Extract<Abs, { k: 'closure' }>): string[] | undefined {
  const facts = links.tsFacts(file);
  const own = facts?.functions[fn];
  const [only, ...others] = own?.body ?? [];
  const asked = only?.s === 'return' && others.length === 0 ? only.value : undefined;
  if (asked?.k !== 'call' || asked.fn.k !== 'member' || !/^(includes|has)$/.test(asked.fn.name))
    return undefined;
  const { of } = asked.fn;
  const [first] = asked.args;
  if (of.k !== 'ref' || first?.k !== 'ref' || !own?.params.includes(first.b)) return undefined;
  const list = links.moduleValue(file, of.b);
  if (facts?.bindings[of.b]?.fn !== 0 || list.k !== 'array' || list.open) return undefined;
  const named = list.items.flatMap((item) => (item.k === 'lit' ? [String(item.v)] : []));
  return named.length === list.items.length && named.length > 0 ? named : undefined;
}

/** `user.isAdmin`, `PERMISSIONS[user.role]`, `PERMISSIONS[user.role].publish`: true for those who may. */
function heldRoles(it: Interpreter, test: Value, state: State): string[] | undefined {
  const value = look(it, test, state, NOTHING);
  if (isFlagRead(it, value)) return [lastName(value)];
  if (test.k === 'index' || test.k === 'member') {
    if (asksRole(it, test, state) && !isRoleRead(it, value))
      return [test.k === 'member' ? test.name : (literalsIn(it, [test.key])?.[0] ?? PERMISSION)];
  }
  return undefined;
}

/** Whether an expression is made of the caller's role: itself, a key of a map, an argument, a part of what came out of these. */
function asksRole(it: Interpreter, value: Value, state: State, depth = 0): boolean {
  if (depth > 5) return false;
  const inner = (part: Value): boolean => asksRole(it, part, state, depth + 1);
  if (
    ['member', 'ref', 'index', 'call', 'await'].includes(value.k) &&
    isRoleRead(it, look(it, value, state, NOTHING))
  )
    return true;
  switch (value.k) {
    case 'member':
    case 'await':
      return inner(value.of);
    case 'index':
      return inner(value.key) || inner(value.of);
    case 'call':
      return (value.fn.k === 'member' && inner(value.fn.of)) || value.args.some(inner);
    case 'logic':
      return value.op !== '&&' && inner(value.left);
    case 'ref': {
      const initial = constant(it, value);
      return initial !== undefined && initial.k !== 'ref' && inner(initial);
    }
    default:
      return false;
  }
}

/** Whether a value is the role (or the permissions) of the caller, as far as that can be told. */
export function isRoleRead(it: Interpreter, value: Abs): boolean {
  return isNamed(it, value, ROLE);
}

function isFlagRead(it: Interpreter, value: Abs): boolean {
  return isNamed(it, value, FLAG);
}

function isNamed(it: Interpreter, value: Abs, pattern: RegExp): boolean {
  switch (value.k) {
    case 'variants':
      return value.list.some((variant) => isNamed(it, variant.value, pattern));
    case 'session':
      return value.path.some((name) => pattern.test(name));
    case 'row':
      return value.path.some((name) => pattern.test(name)) && PEOPLE.test(value.model) && isOwnRow(it, value);
    case 'param': {
      if (it.links.isCalledByClients(value.fn)) return false;
      if (!pattern.test(value.path.at(-1) ?? '')) return false;
      return CALLER.test(value.path.at(-2) ?? parameterName(it.links, value));
    }
    case 'unknown':
      return value.from?.length === 1 && value.from[0] !== undefined && isNamed(it, value.from[0], pattern);
    default:
      return false;
  }
}

/** Whether a row may be the caller's own: not one that a client has picked by its id alone. */
function isOwnRow(it: Interpreter, row: Extract<Abs, { k: 'row' }>): boolean {
  const where = row.query?.where;
  if (!where) return true;
  const all = leaves(where);
  if (all.some((leaf) => leaf.k === 'session')) return true;
  return !all.some(
    (leaf) =>
      (leaf.k === 'origin' && leaf.o === 'client') ||
      (leaf.k === 'param' && it.links.isCalledByClients(leaf.fn)),
  );
}

/** What a parameter is called, or its declared type where it is taken apart. */
function parameterName(links: Links, { fn: key, i }: Extract<Abs, { k: 'param' }>): string {
  const { file, fn } = parseFunctionKey(key);
  const binding = links.parameter(file, fn, i);
  if (!binding) return '';
  return binding.kind === 'temp' ? (binding.type?.replace(/\W.*$/, '') ?? '') : binding.name;
}

/**
 * The session's mail address or id: `session.user.email === env.ADMIN_EMAIL` lets one person in; in a helper the address that it is
 * given to decide about.
 */
function isSessionName(it: Interpreter, value: Abs): boolean {
  // In small letters, without blanks.
  if (value.k === 'unknown')
    return value.from?.length === 1 && value.from.every((of) => isSessionName(it, of));
  if (value.k === 'variants') return value.list.some((variant) => isSessionName(it, variant.value));
  if (value.k === 'param')
    return (
      !it.links.isCalledByClients(value.fn) &&
      /^(user_?)?e?_?mail$|^user_?id$/i.test(value.path.at(-1) ?? parameterName(it.links, value))
    );
  return value.k === 'session' && /^(email|id|userId|sub|name)$/.test(value.path.at(-1) ?? '');
}

/** A list, or a set made of one, that the code spells out. */
function isListOfTexts(value: Abs): boolean {
  if (value.k === 'unknown') return value.from?.length === 1 && value.from.every(isListOfTexts);
  return (
    value.k === 'array' &&
    value.items.length > 0 &&
    value.items.every((item) => item.k === 'lit' && typeof item.v === 'string')
  );
}

/** `list` of `list ?? []`. */
function unlessMissing(value: Value): Value {
  return value.k === 'logic' && value.op !== '&&' ? value.left : value;
}

/** The session, its user or its role: what a helper is given to decide about somebody. */
function isCaller(it: Interpreter, value: Abs): boolean {
  if (value.k === 'variants') return value.list.some((variant) => isCaller(it, variant.value));
  if (value.k === 'session') {
    const last = value.path.at(-1);
    return (
      last === undefined || /^(user|session|data|claims|id|userId|sub|email)$/.test(last) || ROLE.test(last)
    );
  }
  return value.k === 'row'
    ? rowOf(value) !== undefined && PEOPLE.test(value.model) && isOwnRow(it, value)
    : isRoleRead(it, value);
}

function isListOfRoles(value: Abs): boolean {
  const row = rowOf(value);
  return row !== undefined && row.many && /role|permission/i.test(row.model);
}

/** The name of a role: a text, an enum's member, the name of a parameter. */
function labelOf(it: Interpreter, value: Abs, source: Value): string | undefined {
  if (source.k === 'member') return source.name;
  if (value.k === 'lit')
    return typeof value.v === 'string' || typeof value.v === 'number' ? String(value.v) : undefined;
  if (source.k === 'index')
    return source.key.k === 'lit'
      ? String(source.key.v)
      : source.key.k === 'ref' || source.key.k === 'member'
        ? source.key.name
        : 'rank';
  if (source.k === 'call') return literalsIn(it, source.args)?.[0] ?? 'rank';
  return value.k === 'param' || value.k === 'unknown'
    ? source.k === 'ref'
      ? source.name
      : undefined
    : undefined;
}

/** The roles in a list: `['ADMIN', Role.EDITOR]`, `new Set([...])`, a constant that holds one. */
function listedRoles(it: Interpreter, list: Value, state: State): string[] {
  if (list.k === 'new' || (list.k === 'call' && list.args.length === 1))
    return list.args.flatMap((arg) => listedRoles(it, arg, state));
  if (list.k === 'array')
    return list.items.flatMap((item) => labelOf(it, look(it, item, state, NOTHING), item) ?? []);
  const value = look(it, list, state, NOTHING);
  const named =
    value.k === 'array'
      ? value.items.flatMap((item) =>
          item.k === 'lit' ? [String(item.v)] : item.k === 'generated' ? (item.path.at(-1) ?? []) : [],
        )
      : [];
  if (named.length) return named;
  return list.k === 'ref' || list.k === 'member' ? [list.name] : [];
}

/** Texts among arguments, also inside objects, lists and the callbacks among them. */
function literalsIn(it: Interpreter, args: readonly Value[]): string[] | undefined {
  const out: string[] = [];
  const take = (value: Value): void => {
    visitValue(value, (part) => {
      if (part.k === 'lit' && typeof part.v === 'string') out.push(part.v);
      if (part.k === 'function')
        visitSteps(it.functionOf(part.fn)?.body ?? [], {
          value: (inner) => {
            if (inner.k === 'lit' && typeof inner.v === 'string') out.push(inner.v);
          },
        });
    });
  };
  for (const arg of args) take(arg);
  return out.length ? out.slice(0, 4) : undefined;
}

function textOfRole(value: Value): string {
  return value.k === 'member' || value.k === 'ref' ? value.name : 'role';
}

function lastName(value: Abs): string {
  if (value.k === 'variants')
    return value.list.map((variant) => lastName(variant.value)).find(Boolean) ?? 'flag';
  return 'path' in value ? (value.path.at(-1) ?? 'flag') : 'flag';
}

/** The roles and permissions that a call asks for by name: `auth.protect({ role: 'org:admin' })`. */
export function rolesAsked(args: readonly Abs[]): string[] | undefined {
  const out = args.flatMap((arg) => textsOf(arg));
  return out.length ? out.slice(0, 4) : undefined;
}

function textsOf(value: Abs): string[] {
  if (value.k === 'lit') return typeof value.v === 'string' ? [value.v] : [];
  if (value.k === 'array') return value.items.flatMap(textsOf);
  return value.k === 'object' ? Object.values(value.props).flatMap(textsOf) : [];
}
