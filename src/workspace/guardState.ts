/** Whether an entry point is guarded: the one decision that rules, map and hover share. */
import type { FileId } from '../base/path.ts';
import type { SchemaModel } from '../prisma/schema.ts';
import { awaited, isResponse, leaves } from './abs.ts';
import type { Abs, Proof } from './abs.ts';
import type { Entry } from './entries.ts';
import { receptionOf } from './everybody.ts';
import { isOneTimeUse } from './oneTime.ts';
import { STOPS } from './refine.ts';
import { PERMISSION } from './roleChecks.ts';
import { ROLE_FIELD } from './roleNames.ts';
import { rolesAsked } from './roleRows.ts';
import { statusesOf } from './responses.ts';
import type { DbEffect, Outcome } from './summary.ts';
import type { WorkspaceView } from './view.ts';

export type GuardState = 'guarded' | 'unguarded' | 'public' | 'unknown';

/** What is asked about: an entry point, or a page looked at as one. */
export type GuardSubject = Pick<
  Entry,
  | 'name'
  | 'effects'
  | 'sessions'
  | 'marks'
  | 'tags'
  | 'wrapperProof'
  | 'opaque'
  | 'handler'
  | 'outcomes'
  | 'roles'
>;

export interface Guard {
  state: GuardState;
  /** The proof that protects its private effects. */
  proof?: Proof;
  /** Why, in words: a phrase without a full stop. */
  reason: string;
  /** The first private effect that nothing protects, when `unguarded` or `unknown`. */
  open?: DbEffect;
  /** Roles one of which every caller has that gets to a private effect. */
  roles?: string[];
}

/**
 * The guard of one entry point. `guarded`: every private effect (a write, a read of owned rows) comes after a proof of who calls.
 * `public`: open on purpose, or touches only what belongs to nobody. `unknown`: something on the way could not be followed.
 */
export function guardOf(workspace: WorkspaceView, file: FileId, subject: GuardSubject): Guard {
  const schema = workspace.schema(file);
  const privates = subject.effects.filter((effect) => isPrivate(effect, schema));
  const roles = rolesOf(workspace, file, subject, privates);
  // Where a permission does as well, nobody needs one of the roles.
  const withRoles = roles && !roles.includes(PERMISSION) ? { roles } : {};
  if (subject.wrapperProof)
    return {
      state: 'guarded',
      proof: subject.wrapperProof,
      reason: proofText(subject.wrapperProof) || 'its wrapper lets only signed-in callers in',
      ...withRoles,
    };
  const declared = publicBecause(workspace, file, subject);
  const open = privates.filter((effect) => !effect.proof);
  const proof = commonProof(privates) ?? provedThroughout(subject) ?? alwaysProved(workspace, subject);
  if (open.length === 0 && proof) {
    if (answersAnybody(workspace, subject))
      return { state: 'public', reason: 'answers everybody, and signed-in callers with more' };
    return { state: 'guarded', proof, reason: proofText(proof), ...withRoles };
  }
  if (declared !== undefined) return { state: 'public', reason: declared };
  const first = open.find((effect) => !effect.unsure && effect.sure) ?? open[0];
  if (first === undefined) {
    if (subject.marks.signIn) return { state: 'public', reason: 'signs people in or out' };
    if (isHandedToTrpc(workspace, file, subject))
      return {
        state: 'public',
        reason: 'hands the request to tRPC, whose procedures have guards of their own',
      };
    if (subject.opaque) return { state: 'unknown', reason: 'what it calls could not be followed' };
    if (subject.effects.length > 0)
      return { state: 'public', reason: 'reads no rows that belong to somebody' };
    return withoutData(workspace, file, subject);
  }
  if (subject.marks.signIn) return { state: 'public', reason: 'signs people in or out' };
  if (subject.marks.password && open.every((effect) => isSignUpStep(effect, nameOf(file, subject))))
    return { state: 'public', reason: 'works with passwords of people who are not signed in yet' };
  const changes = open.filter((effect) => effect.kind !== 'read');
  if (changes.length > 0 && changes.every((effect) => isOneTimeUse(schema, subject.sessions, effect)))
    return { state: 'public', reason: 'issues or consumes a one-time token' };
  if (subject.opaque || first.unsure)
    return {
      state: 'unknown',
      reason: 'a call before the access could not be followed and may be a guard',
      open: first,
    };
  if (!first.sure)
    return { state: 'unknown', reason: 'whether it reaches the database is not certain', open: first };
  const what = `${first.model === '' ? first.op : `${first.model}.${first.op}`}() runs`;
  if (subject.sessions.some((session) => !session.awaited))
    return { state: 'unguarded', reason: `${what}, but the session is not awaited`, open: first };
  if (subject.sessions.some((session) => !session.tested))
    return { state: 'unguarded', reason: `${what}, but nobody tests the session`, open: first };
  return { state: 'unguarded', reason: `${what} with no check of the caller before it`, open: first };
}

/** The guard of what touches no data that could be seen: the code may still keep somebody out, or act with the app's own rights. */
function withoutData(workspace: WorkspaceView, file: FileId, subject: GuardSubject): Guard {
  const unseen = 'touches no data that could be seen';
  if (subject.sessions.some((session) => session.tested))
    return { state: 'unknown', reason: `tests the session, but ${unseen}` };
  if (subject.handler === undefined || subject.sessions.length > 0 || workspace.role(file) === 'page')
    return { state: 'unknown', reason: unseen };
  const { outcomes, partial } = workspace.summary(subject.handler);
  const library = subject.outcomes
    .map(({ value }) => handledBy(awaited(value)))
    .find((name) => name !== undefined);
  if (library !== undefined) return { state: 'public', reason: `handled by ${library}` };
  if (partial || outcomes.some((outcome) => outcome.proof ?? outcome.unless))
    return { state: 'unknown', reason: unseen };
  const { open, through } = receptionOf(workspace, workspace.exported(file, subject.name), subject.handler);
  if (open) return { state: 'public', reason: 'touches no data; answers everybody' };
  if (through.length === 0) return { state: 'unknown', reason: unseen };
  return {
    state: 'unknown',
    reason: `${unseen}, and only ${through.join(', ')} could keep anybody out`,
  };
}

/** The sign-in library to whose handler a request goes: `return authHandlers.POST(request)`. */
function handledBy(value: Abs): string | undefined {
  if (value.k === 'unknown') return value.from?.[0] && handledBy(value.from[0]);
  if (
    value.k !== 'made' ||
    !/(^|\.)(handlers?|GET|POST)$|^default$/.test([value.name, ...value.path].join('.'))
  )
    return undefined;
  const library = madeBy(value);
  return library !== undefined && AUTH_LIBRARY.test(library) ? library : undefined;
}

/** The steps of a proof in words: `requireUser() → auth() reads the session → stops here otherwise`. */
export function proofText(proof: Proof): string {
  const notes = proof.steps.map((step) => step.note);
  // A procedure's context holds the session from the start: nothing reads it.
  if (notes[0] === STOPS) notes.unshift('the session');
  return notes.filter((note, i) => note !== notes[i - 1]).join(' → ');
}

/** Writes, and reads of rows that belong to somebody. */
export function isPrivate(effect: DbEffect, schema: SchemaModel | undefined): boolean {
  if (effect.kind === 'write') return true;
  if (effect.kind === 'raw-write') return true;
  if (!schema) return false;
  if (effect.kind === 'raw-read')
    return tablesOf(effect.args).some((table) => isPrivateModel(schema, schema.modelOfTable(table)?.name));
  if (effect.op === 'count' || effect.op === 'aggregate' || isExistenceTest(effect)) return false;
  return isPrivateModel(schema, schema.modelOf(effect.model)?.name) && !asksForPublicRows(effect.args);
}

/** `organization.findFirst({ select: { id: true } })`: which installation this is, whoever asks. */
function isExistenceTest({ op, args }: DbEffect): boolean {
  if (!op.startsWith('findFirst') || args.k !== 'object' || args.open) return false;
  const { where, select } = args.props;
  const isEverything =
    where === undefined || (where.k === 'object' && !where.open && Object.keys(where.props).length === 0);
  return (
    isEverything &&
    select?.k === 'object' &&
    !select.open &&
    Object.keys(select.props).every((name) => /^(id|created_?at|updated_?at)$/i.test(name))
  );
}

function isPrivateModel(schema: SchemaModel, name: string | undefined): boolean {
  return name !== undefined && (schema.userModel?.name === name || schema.isOwned(name));
}

const PUBLIC_FLAG = /^(is_?)?(public|published|listed|visible)$/i;
const PUBLIC_WORD = /^(public|published|live|approved|visible)$/i;

/** `where: { published: true }`, `{ status: 'PUBLISHED' }`, `{ visibility: 'PUBLIC' }`: rows that are meant for everybody. */
function asksForPublicRows(args: Abs): boolean {
  const where = args.k === 'object' ? args.props['where'] : undefined;
  return where !== undefined && picksPublicRows(where);
}

function picksPublicRows(where: Abs): boolean {
  if (where.k !== 'object') return false;
  // `OR: [{ isPublic: true }, { ownerId: session?.user.id }]`: the others are the caller's own.
  const either = where.props['OR'];
  if (either?.k === 'array' && !either.open && isPublicOrOwn(either.items)) return true;
  return Object.entries(where.props).some(
    ([name, value]) =>
      !where.maybe?.includes(name) &&
      value.k === 'lit' &&
      ((value.v === true && PUBLIC_FLAG.test(name)) ||
        (typeof value.v === 'string' &&
          PUBLIC_WORD.test(value.v) &&
          /status|state|visibility|access/i.test(name))),
  );
}

function isPublicOrOwn(choices: readonly Abs[]): boolean {
  return (
    choices.some(picksPublicRows) &&
    choices.every(
      (choice) =>
        picksPublicRows(choice) || !leaves(choice).some((leaf) => leaf.k === 'param' || leaf.k === 'origin'),
    )
  );
}

/** Tables that a raw query names, as far as its text is known. */
export function tablesOf(args: Abs): string[] {
  return [...new Set(textsOfSql(args).flatMap(tablesIn))];
}

/** Tables that a text of SQL names; what it names itself (`WITH recent AS (…)`) is none. */
export function tablesIn(sql: string): string[] {
  const own = new Set(
    [...sql.matchAll(/\b"?(\w+)"?\s+as\s+(?:not\s+)?(?:materialized\s+)?\(/gi)].map(([, name]) => name),
  );
  return [
    ...sql.matchAll(
      /\b(?:from|join|into|(?<!\b(?:for|do|key)\s+)update)\s+(?:only\s+)?(?:"?\w+"?\.)?"?(\w+)\b"?(?!\s*[(\w])|\b(?:into|(?<!\b(?:for|do|key)\s+)update)\s+"?(\w+)\b/gi,
    ),
  ]
    .flatMap(([, table, other]) => table ?? other ?? [])
    .filter((table) => !own.has(table));
}

/** What the text of a raw query may be, as far as it is known. */
export function textsOfSql(args: Abs): string[] {
  const sql = args.k === 'object' ? args.props['sql'] : args;
  return sql === undefined
    ? []
    : leaves(sql).flatMap((leaf) => (leaf.k === 'lit' && typeof leaf.v === 'string' ? [leaf.v] : []));
}

/** Why everybody may call it, when somebody said so or when it belongs to a sign-in library. */
function publicBecause(workspace: WorkspaceView, file: FileId, subject: GuardSubject): string | undefined {
  if (subject.tags.includes('public')) return 'marked @public';
  if (workspace.conventions(file).isPublic(file, subject.name))
    return 'listed in the configuration as public';
  const value = subject.opaque ? workspace.exported(file, subject.name) : undefined;
  const library = value && madeBy(value);
  return library !== undefined && AUTH_LIBRARY.test(library) ? `handled by ${library}` : undefined;
}

const AUTH_LIBRARY =
  /^(next-auth|better-auth|@auth\/|@clerk\/|@auth0\/|@kinde-oss\/|@workos-inc\/|@stackframe\/|@supabase\/)/;

function madeBy(value: Abs): string | undefined {
  if (value.k === 'made' || value.k === 'package')
    return value.spec.replace(/^(@[^/]+\/[^/]+|[^/]+).*$/, '$1');
  if (value.k !== 'unknown') return undefined;
  for (const part of value.from ?? []) {
    const found = madeBy(part);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Handlers are called after their method; their address says what they are for. */
function nameOf(file: FileId, { name }: GuardSubject): string {
  return /^([A-Z]+|default)$/.test(name) ? file.replace(/^.*?(^|\/)(app|pages)\//, '/') : name;
}

/** Registering, signing in with a password and resetting one happen before there is a session. */
function isSignUpStep(effect: DbEffect, name: string): boolean {
  return (
    effect.kind === 'read' ||
    effect.op === 'create' ||
    effect.op === 'upsert' ||
    /sign|log_?in|register|reset|forgot|verify|recover|activate|onboard/i.test(name)
  );
}

/** The proof before the first access, when every access has one. */
function provedThroughout(subject: GuardSubject): Proof | undefined {
  return subject.effects.every((effect) => effect.proof) ? subject.effects[0]?.proof : undefined;
}

/** A function that never ends normally without a proof is guarded, whatever it does. */
function alwaysProved(workspace: WorkspaceView, subject: GuardSubject): Proof | undefined {
  const given = answersOf(workspace, subject);
  return given.length > 0 && given.every((outcome) => outcome.proof) ? given[0]?.proof : undefined;
}

/**
 * Whether callers whom nothing proves get an answer too: rows of a table that needs no guard (`isMine: user ? await owns(user, post) : false`
 * beside the post itself), or a page (`{ props }`, where a guard would redirect).
 */
function answersAnybody(workspace: WorkspaceView, subject: GuardSubject): boolean {
  if (subject.handler === undefined) return false;
  const unproved = workspace
    .summary(subject.handler)
    .outcomes.flatMap(({ value, proof }) => (proof ? [] : awaited(value)));
  if (subject.name === 'getServerSideProps')
    return unproved.some((value) => value.k === 'object' && value.props['props'] !== undefined);
  const open = new Set(subject.effects.flatMap((effect) => (effect.proof ? [] : effect.model)));
  return (
    open.size > 0 &&
    unproved.some((value) => leaves(value).some((leaf) => leaf.k === 'row' && open.has(leaf.model)))
  );
}

/**
 * `fetchRequestHandler({ req, router })`, or a handler that `createNextApiHandler({ router })` makes: the address of the procedures,
 * which are entry points themselves.
 */
function isHandedToTrpc(workspace: WorkspaceView, file: FileId, subject: GuardSubject): boolean {
  if (subject.handler === undefined) return isOfTrpc(workspace.exported(file, subject.name));
  const { outcomes } = workspace.summary(subject.handler);
  return outcomes.length > 0 && outcomes.every(({ value }) => isOfTrpc(value));
}

function isOfTrpc(value: Abs): boolean {
  const made = awaited(value);
  return made.k === 'made' && made.spec.startsWith('@trpc/server') && made.name.endsWith('Handler');
}

/** How a function that touches no data ends when it does what it is for; of one that touches data, all its ends. */
function answersOf(workspace: WorkspaceView, subject: GuardSubject): readonly Outcome[] {
  if (subject.handler === undefined || subject.opaque) return [];
  const { outcomes, partial } = workspace.summary(subject.handler);
  if (partial) return [];
  return subject.effects.length > 0
    ? outcomes
    : outcomes.filter(({ value, refused }) => !refused && !refuses(awaited(value)));
}

/** `Response.json(…, { status: 401 })`, `{ success: false }`, `{ error: 'Sign in first' }`: nothing but an apology. */
function refuses(value: Abs): boolean {
  if (value.k === 'variants') return value.list.every((variant) => refuses(variant.value));
  if (isResponse(value)) return statusesOf(value)?.every((status) => status >= 400) === true;
  if (value.k !== 'object') return false;
  const { success, ok, error } = value.props;
  return (
    [success, ok].some((flag) => flag?.k === 'lit' && flag.v === false) ||
    (error?.k === 'lit' && typeof error.v === 'string')
  );
}

/** The proof that most accesses come after; the first of those that are as common. */
function commonProof(effects: readonly DbEffect[]): Proof | undefined {
  const counts = new Map<string, { proof: Proof; count: number }>();
  for (const { proof } of effects) {
    if (!proof) continue;
    const known = counts.get(proofText(proof));
    if (known) known.count += 1;
    else counts.set(proofText(proof), { proof, count: 1 });
  }
  return [...counts.values()].toSorted((one, other) => other.count - one.count)[0]?.proof;
}

const FINDS_ONE = /^find(Unique|First)(OrThrow)?$/;

/** Whether a read finds the caller's own row of those who sign in, or what they are in some group, by what the session says of them. */
function isOwnLookup(effect: DbEffect, schema: SchemaModel | undefined): boolean {
  if (effect.kind !== 'read' || !FINDS_ONE.test(effect.op)) return false;
  const model = schema?.modelOf(effect.model);
  const where = effect.args.k === 'object' ? effect.args.props['where'] : undefined;
  if (!model || where?.k !== 'object' || where.open) return false;
  if (rolesAsked(where)) return true;
  const keys = Object.values(where.props);
  if (model.name === schema?.userModel?.name) {
    const [id, ...others] = Object.entries(where.props).filter(([name]) => !ROLE_FIELD.test(name));
    return id?.[1].k === 'session' && others.length === 0;
  }
  return (
    model.fields.some((field) => /^(member_?)?roles?$/i.test(field.name)) &&
    keys.some((key) => leaves(key).some((leaf) => leaf.k === 'session'))
  );
}

/** Roles come with a session: what is compared after a signature or a secret is the content of a message. */
function rolesOf(
  workspace: WorkspaceView,
  file: FileId,
  subject: GuardSubject,
  privates: readonly DbEffect[],
): string[] | undefined {
  const schema = workspace.schema(file);
  // Who somebody is has to be looked up before their role can be told.
  const others = privates.filter((effect) => !isOwnLookup(effect, schema));
  // A row that is looked at before a role is asked for, where everything that is written needs one. The one handler of all methods may
  // give it to whoever only asks.
  const writes = others.filter(({ kind }) => kind.endsWith('write'));
  const isDecided =
    subject.name !== 'default' &&
    writes.length > 0 &&
    writes.every((write) => write.roles && write.proof?.kind === 'session');
  const told = isDecided ? others.filter((effect) => effect.roles || !FINDS_ONE.test(effect.op)) : others;
  const touched = told.length > 0 ? told : privates.length > 0 ? privates : subject.effects;
  const judged: readonly Pick<Outcome, 'roles' | 'proof'>[] =
    touched.length > 0 ? touched : answersOf(workspace, subject);
  if (judged.length > 0 && judged.every((one) => one.roles && one.proof?.kind === 'session'))
    return [...new Set(judged.flatMap((one) => one.roles ?? []))].toSorted();
  return subject.wrapperProof?.kind === 'session'
    ? subject.roles && [...subject.roles].toSorted()
    : undefined;
}
