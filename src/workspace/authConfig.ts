/** How an application's Auth.js is set up, and which fields its sessions carry because of that. */
import type { FileId } from '../base/path.ts';
import type { Abs } from './abs.ts';
import { callbackWork } from './authCallbacks.ts';
import type { CallbackWork } from './authCallbacks.ts';
import { dependencyRange, dependencyVersion } from './dependencies.ts';
import type { WorkspaceView } from './view.ts';

export interface AuthSetup {
  file: FileId;
  /** Major version of next-auth. */
  version: 4 | 5;
  /** Where sessions are kept; `undefined` when that can't be told. */
  strategy: 'jwt' | 'database' | undefined;
  session: CallbackWork | 'none' | 'unknown';
  jwt: CallbackWork | 'none' | 'unknown';
}

export type Carried = 'yes' | 'no' | 'unknown';

/** What every session has. */
export const BASIC = new Set(['user', 'user.name', 'user.email', 'user.image', 'expires']);
/** What every token has. */
const TOKEN = new Set(['sub', 'name', 'email', 'picture', 'iat', 'exp', 'jti']);

/**
 * The Auth.js setups that a file's sessions may come from: its application's, else those of packages.
 * @returns nothing when there are none, or when one of them can't be read (another library, a configuration made by a function)
 */
export function authSetups(view: WorkspaceView, file: FileId): AuthSetup[] {
  const all = view.withTrait('auth');
  const root = view.app(file)?.root;
  const own = all.filter((other) => view.app(other)?.root === root);
  const shared = all.filter((other) => view.app(other) === undefined);
  const files = root !== undefined && own.length > 0 ? own : shared;
  const setups = new Map<string, AuthSetup>();
  for (const candidate of files) {
    const found = setupsIn(view, candidate);
    if (!found) return [];
    for (const setup of found) setups.set(keyOf(setup), setup);
  }
  return [...setups.values()];
}

function keyOf({ session, jwt, strategy }: AuthSetup): string {
  const part = (work: AuthSetup['session']): string =>
    typeof work === 'string' ? work : `${work.file}#${work.fn}`;
  return `${part(session)} ${part(jwt)} ${strategy ?? ''}`;
}

function setupsIn(view: WorkspaceView, file: FileId): AuthSetup[] | undefined {
  const facts = view.tsFacts(file);
  if (!facts) return undefined;
  const out: AuthSetup[] = [];
  for (const item of facts.exports) {
    if (item.e !== 'local' && item.e !== 'value') continue;
    const value = view.exported(file, item.name);
    if (value.k === 'made') {
      if (value.spec.startsWith('better-auth')) return undefined;
      if (value.spec !== 'next-auth' || value.name !== 'default') continue;
      const config = value.args.findLast((arg) => arg.k !== 'undef');
      const read = config && configOf(view, config);
      out.push(setupOf(view, file, read ?? { k: 'unknown' }, value.path.length > 0));
    } else if (item.name === 'authOptions' && value.k === 'object')
      out.push(setupOf(view, file, value, false));
  }
  // The proxy makes an Auth.js of its own from the part that needs no database.
  return out.length > 0 || view.role(file) === 'proxy' ? out : undefined;
}

/** `NextAuth(async (request) => ({ … }))` is called for its result. */
function configOf(view: WorkspaceView, value: Abs): Abs | undefined {
  if (value.k === 'object') return value;
  if (value.k !== 'closure') return undefined;
  const outcomes = view.summary(`${value.file}#${value.fn}`).outcomes.map((outcome) => outcome.value);
  const [only] = outcomes;
  const inner = only?.k === 'promise' ? only.of : only;
  return outcomes.length === 1 && inner?.k === 'object' ? inner : undefined;
}

function setupOf(view: WorkspaceView, file: FileId, config: Abs, looksNew: boolean): AuthSetup {
  const version = nextAuthVersion(view, file) ?? (looksNew ? 5 : 4);
  const callbacks = propOf(config, 'callbacks');
  const work = (name: 'session' | 'jwt'): AuthSetup['session'] => {
    if (callbacks === 'none') return 'none';
    const callback = callbacks === 'unknown' ? 'unknown' : propOf(callbacks, name);
    if (callback === 'none') return 'none';
    if (callback === 'unknown' || callback.k !== 'closure') return 'unknown';
    const facts = view.tsFacts(callback.file);
    return facts
      ? callbackWork(callback.file, facts, callback.fn, name === 'jwt' ? 'token' : 'session')
      : 'unknown';
  };
  return { file, version, strategy: strategyOf(config), session: work('session'), jwt: work('jwt') };
}

/** Major version of next-auth, where a package.json tells. */
export function nextAuthVersion(view: WorkspaceView, file: FileId): 4 | 5 | undefined {
  const [major] = dependencyVersion(view, file, 'next-auth') ?? [];
  if (major !== undefined) return major >= 5 ? 5 : 4;
  return dependencyRange(view, file, 'next-auth') === 'beta' ? 5 : undefined;
}

/** A key of an object, unless it may or may not be there. */
function propOf(value: Abs, name: string): Abs | 'none' | 'unknown' {
  if (value.k !== 'object') return 'unknown';
  const own = value.props[name];
  if (!own) return value.open ? 'unknown' : 'none';
  if (own.k === 'undef') return 'none';
  return value.maybe?.includes(name) || own.k === 'unknown' ? 'unknown' : own;
}

function strategyOf(config: Abs): AuthSetup['strategy'] {
  const session = propOf(config, 'session');
  const strategy = typeof session === 'string' ? session : propOf(session, 'strategy');
  if (typeof strategy !== 'string')
    return strategy.k === 'lit' && (strategy.v === 'jwt' || strategy.v === 'database')
      ? strategy.v
      : undefined;
  if (strategy === 'unknown') return undefined;
  // An adapter is mostly the call of something unknown: that it is there is enough.
  const adapter = config.k === 'object' ? config.props['adapter'] : undefined;
  if (!adapter) return config.k === 'object' && !config.open ? 'jwt' : undefined;
  return config.k === 'object' && config.maybe?.includes('adapter') ? undefined : 'database';
}

/**
 * Whether sessions have a field.
 * @param path from the session, such as `user.role`; two names at most
 */
export function carries(view: WorkspaceView, setups: readonly AuthSetup[], path: string): Carried {
  if (BASIC.has(path)) return 'yes';
  const answers = setups.map((setup) => carriedBy(view, setup, path));
  if (answers.includes('yes')) return 'yes';
  return answers.length === 0 || answers.includes('unknown') ? 'unknown' : 'no';
}

function carriedBy(view: WorkspaceView, setup: AuthSetup, path: string): Carried {
  const { session } = setup;
  if (session === 'none') return 'no';
  if (session === 'unknown') return 'unknown';
  if ([...session.sets.keys()].some((set) => set === path || set.startsWith(`${path}.`))) return 'yes';
  const isUser = path.startsWith('user.');
  const name = isUser ? path.slice(5) : path;
  for (const { into, from } of session.takes) {
    if (into !== (isUser ? 'user' : '') && into !== '') continue;
    const answer =
      from.join('.') === 'token'
        ? tokenHas(setup, name)
        : from.join('.') === 'user'
          ? columnOf(view, setup, name)
          : 'unknown';
    if (answer !== 'no') return answer;
  }
  if (session.open || setup.strategy === undefined) return 'unknown';
  // Auth.js 5 hands the callback a session that holds the whole user of the adapter.
  if (setup.strategy === 'database' && setup.version === 5 && session.passes)
    return isUser ? columnOf(view, setup, name) : 'unknown';
  return 'no';
}

/** Whether tokens have a field. */
export function tokenHas({ jwt }: AuthSetup, name: string): Carried {
  if (TOKEN.has(name)) return 'yes';
  if (jwt === 'none') return 'no';
  if (jwt === 'unknown' || jwt.open) return 'unknown';
  if (jwt.sets.has(name)) return 'yes';
  return jwt.takes.length > 0 ? 'unknown' : 'no';
}

function columnOf(view: WorkspaceView, { file }: AuthSetup, name: string): Carried {
  const schema = view.schema(file);
  if (!schema?.userModel) return 'unknown';
  return schema.scalars(schema.userModel.name).some((field) => field.name === name) ? 'yes' : 'no';
}
