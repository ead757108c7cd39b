/** Calls into packages: what they mean where that is known, and that it isn't known where it is not. */
import { trim, UNKNOWN } from './abs.ts';
import type { Abs, Proof, Site, Variant } from './abs.ts';
import { guardName, known, textOf } from './callPlace.ts';
import type { Place } from './callPlace.ts';
import { usesOf } from './chains.ts';
import { runDetached, runInPlace } from './closures.ts';
import type { Interpreter } from './interpreter.ts';
import { event, packageEvent } from './events.ts';
import { meaningOf, soundsLikeGuard } from './knowledge.ts';
import type { CallMeaning } from './knowledge.ts';
import { PERMISSION, rolesAsked } from './roleChecks.ts';
import type { State } from './state.ts';
import { parseFunctionKey } from './summary.ts';
import { isZod, zodSchema } from './zodCalls.ts';

export function packageCall(
  it: Interpreter,
  callee: Extract<Abs, { k: 'made' | 'package' }>,
  args: readonly Abs[],
  state: State,
  place: Place | undefined,
): Abs {
  const site: Site = { file: it.file, at: place?.call.at ?? 0 };
  const closures = args.filter((arg) => arg.k === 'closure' || arg.k === 'param');
  if (callee.spec === '@trpc/server' && callee.path.at(-1) === 'middleware') return closures[0] ?? UNKNOWN;
  if (callee.k === 'made' && callee.spec === 'next-auth' && callee.path.at(-1) === 'auth') {
    const [handler] = closures;
    if (handler) {
      const at =
        place?.calleeValue.k === 'ref' || place?.calleeValue.k === 'member' ? place.calleeValue.at : site.at;
      return { k: 'authWrapped', handler, site: { file: it.file, at } };
    }
  }
  // `createMiddleware().define(async ({ next }) => …)`
  if (callee.k === 'made' && callee.spec === 'next-safe-action' && callee.path.at(-1) === 'define')
    return closures[0] ?? UNKNOWN;
  const meaning = meaningOf(callee);
  if (meaning) return meant(it, meaning, callee, args, state, site, place);
  if (callee.k === 'package' && isZod(callee.spec)) {
    const schema = zodSchema(callee.path, args, site);
    if (schema) return schema;
  }
  if (isZodParse(callee))
    return { k: 'made', spec: callee.spec, name: 'parse', path: [], args: args.map((arg) => trim(arg, 3)) };
  packageEvent(it, callee, args, state, place);
  const checked = isBenignPackage(callee.spec) ? state : { ...state, unsure: true };
  for (const arg of closures)
    if (arg.k === 'closure') runDetached(it, arg, [], checked);
    else if (isCallback(it, arg))
      it.invocations.push({ target: arg, args: [], ...known(checked), unsure: checked.unsure, at: site });
  const path = callee.k === 'package' ? callee.path : [callee.name, ...callee.path];
  if (!isBenignPackage(callee.spec)) it.marks.external = true;
  if (callee.spec.startsWith('missing:') && soundsLikeGuard(path.join('.'))) state.unsure = true;
  else if (callee.k === 'package' && !isBenignPackage(callee.spec) && place && guardName(place.calleeValue))
    state.unsure = true;
  // What a builder was given earlier (`createHash(…).update(secret).digest()`) stays part of its result.
  const earlier = callee.k === 'made' ? callee.args : [];
  return {
    k: 'made',
    spec: callee.spec,
    name: path.join('.'),
    path: [],
    args: [...args.map((arg) => trim(arg, 3)), ...earlier].slice(0, 5),
  };
}

/** A parameter that is a function by its name or its type: `storage.run(logger, fn)` calls what it is given. */
function isCallback(it: Interpreter, arg: Abs): boolean {
  if (arg.k !== 'param') return false;
  const [key, ...further] = arg.path;
  if (key !== undefined) return further.length === 0 && CALLBACK.test(key);
  const { file, fn } = parseFunctionKey(arg.fn);
  const binding = it.links.parameter(file, fn, arg.i);
  return (
    binding !== undefined &&
    (/^body$/i.test(binding.name) || CALLBACK.test(binding.name) || /=>|Function\b/.test(binding.type ?? ''))
  );
}

const CALLBACK = /^(fn|func|cb|callback|handler|next|run|work|task|action|operation|execute|block)$/i;

/** Packages whose calls never stop a request, whatever their names sound like. */
function isBenignPackage(spec: string): boolean {
  return /^(next|react|zod|date-fns|lodash|node:|clsx|uuid|nanoid|bcrypt|argon2|resend|nodemailer|@prisma|pino|winston|@t3-oss)/.test(
    spec,
  );
}

function isZodParse(callee: Extract<Abs, { k: 'made' | 'package' }>): boolean {
  return /^zod(\/|$)/.test(callee.spec) && /^(safe)?parse(Async)?$/i.test(callee.path.at(-1) ?? '');
}

/** A call whose meaning is known from its package. */
function meant(
  it: Interpreter,
  meaning: CallMeaning,
  callee: Extract<Abs, { k: 'made' | 'package' }>,
  args: readonly Abs[],
  state: State,
  site: Site,
  place: Place | undefined,
): Abs {
  const name = place ? textOf(place.calleeValue) : 'call';
  switch (meaning.m) {
    case 'navigation':
      if (callee.path.at(-1)?.endsWith('edirect') === true) event(it, 'redirect', name, args, state, place);
      state.dead = true;
      return UNKNOWN;
    case 'session':
      // Clerk's old `auth()` answers at once.
      return sessionRead(it, site, place, {
        shape: meaning.shape,
        isSync: callee.spec === '@clerk/nextjs' && callee.path.at(-1) === 'auth',
      });
    case 'throwing': {
      const proof: Proof = {
        kind: meaning.kind,
        steps: [{ ...site, note: `${name}() throws unless verified` }],
      };
      const value: Abs = meaning.kind === 'session' ? { k: 'session', path: [] } : UNKNOWN;
      const roles = /@clerk/.test(callee.spec) ? rolesAsked(args) : undefined;
      const variants: Abs = {
        k: 'variants',
        id: `${site.file}:${site.at}`,
        list: [{ i: 0, value, proof, ...(roles ? { roles } : {}) }],
      };
      if (callee.spec === 'jose' || /@clerk/.test(callee.spec)) return { k: 'promise', of: variants };
      state.proof ??= proof;
      return value;
    }
    case 'permission': {
      const proof: Proof = { kind: 'session', steps: [{ ...site, note: `${name}() asks for permissions` }] };
      const given = (success: boolean): Abs => ({
        k: 'object',
        props: { success: { k: 'lit', v: success } },
        open: true,
      });
      const list = [
        { i: 0, value: given(true), proof, roles: rolesAsked(args) ?? [PERMISSION] },
        { i: 1, value: given(false) },
      ];
      return { k: 'promise', of: { k: 'variants', id: `${site.file}:${site.at}`, list } };
    }
    case 'boolean': {
      const proof: Proof = {
        kind: meaning.kind,
        steps: [{ ...site, note: `${name}() verifies the request` }],
      };
      return {
        k: 'variants',
        id: `${site.file}:${site.at}`,
        list: [
          { i: 0, value: { k: 'lit', v: true }, proof },
          { i: 1, value: { k: 'lit', v: false } },
        ],
      };
    }
    case 'origin':
      return { k: 'promise', of: { k: 'origin', o: meaning.origin, path: [] } };
    case 'wrapper': {
      const handler = args.find(
        (arg) => arg.k === 'closure' || arg.k === 'param' || arg.k === 'procedure' || arg.k === 'authWrapped',
      );
      if (!handler) return UNKNOWN;
      if (!meaning.guards) return handler;
      return { k: 'procedure', lib: `guard:${callee.spec}`, uses: [], handler, validated: false };
    }
    case 'runs': {
      const last = args.findLast((arg) => arg.k === 'closure' || arg.k === 'param');
      if (last?.k === 'closure') return runInPlace(it, last, [], state);
      if (!last) return UNKNOWN;
      it.invocations.push({ target: last, args: [], ...known(state), unsure: state.unsure, at: site });
      return { k: 'unknown', from: [last] };
    }
    case 'chain':
      return {
        k: 'chain',
        lib: meaning.lib,
        uses: args.flatMap(usesOf),
        validated: false,
      };
    case 'signIn':
      it.marks.signIn = true;
      return { k: 'promise', of: UNKNOWN };
    case 'password':
      if (!place || !isOfKeys(place.call)) it.marks.password = true;
      return { k: 'promise', of: UNKNOWN };
  }
}

/** `compare(secret, apiKey.hashedKey)`: what services sign in with, not people. */
function isOfKeys(call: Place['call']): boolean {
  if (call.k !== 'call') return false;
  const names = call.args.flatMap((arg) => (arg.k === 'ref' || arg.k === 'member' ? arg.name : []));
  return (
    names.some((name) => /secret|key|token|code|otp/i.test(name)) &&
    !names.some((name) => /pass|pwd/i.test(name))
  );
}

/** What a call gives that reads the session; whether there is one is for the caller to test. */
export function sessionRead(
  it: Interpreter,
  site: Site,
  place: Place | undefined,
  { shape, isSync }: { shape: string; isSync: boolean },
): Abs {
  const name = place ? textOf(place.calleeValue) : 'call';
  const id = `${site.file}:${site.at}`;
  const at =
    place?.calleeValue.k === 'member' || place?.calleeValue.k === 'ref' ? place.calleeValue.at : site.at;
  const before = it.sessions.get(id);
  it.sessions.set(id, {
    file: it.file,
    at,
    direct: true,
    awaited: before?.awaited ?? isSync,
    seq: before?.seq ?? it.tick(),
    tested: before?.tested ?? false,
  });
  const proof: Proof = { kind: 'session', steps: [{ ...site, note: `${name}() reads the session` }] };
  const found: Abs = { k: 'variants', id, list: sessionVariants(shape, proof) };
  return isSync ? found : { k: 'promise', of: found };
}

function sessionVariants(shape: string, proof: Proof): Variant[] {
  const user: Abs = { k: 'session', path: ['user'] };
  const none: Abs = { k: 'lit', v: null };
  switch (shape) {
    case 'clerk':
      return [
        { i: 0, value: { k: 'session', path: [] }, proof },
        {
          i: 1,
          value: {
            k: 'object',
            props: { userId: none, sessionId: none, orgId: none, user: none },
            open: false,
          },
        },
      ];
    case 'data':
      return [
        {
          i: 0,
          value: {
            k: 'object',
            props: {
              data: { k: 'object', props: { user, session: user, claims: user }, open: false },
              error: none,
            },
            open: false,
          },
          proof,
        },
        {
          i: 1,
          value: {
            k: 'object',
            props: {
              data: { k: 'object', props: { user: none, session: none, claims: none }, open: false },
              error: UNKNOWN,
            },
            open: false,
          },
        },
      ];
    case 'pair':
      return [
        {
          i: 0,
          value: { k: 'object', props: { user, session: { k: 'session', path: [] } }, open: false },
          proof,
        },
        { i: 1, value: { k: 'object', props: { user: none, session: none }, open: false } },
      ];
    case 'bag':
      return [
        { i: 0, value: { k: 'session', path: [] }, proof },
        { i: 1, value: { k: 'object', props: {}, open: false } },
      ];
    default:
      return [
        { i: 0, value: { k: 'session', path: [] }, proof },
        { i: 1, value: none },
      ];
  }
}
