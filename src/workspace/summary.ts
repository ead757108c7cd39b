/** What a function does for its callers, and what it does itself: the results of interpreting its body once. */
import type { FileId } from '../base/path.ts';
import type { Abs, Check, Condition, FunctionKey, Proof, Site, Unless } from './abs.ts';

/** One way a call can end normally. */
export interface Outcome {
  value: Abs;
  proof?: Proof;
  roles?: string[];
  checks?: Check[];
  /** Ends so only for calls that are given such arguments. */
  when?: Condition[];
  unless?: Unless;
  /** Answers with an error by the response that it was handed, and does nothing after that. */
  refused?: true;
}

/** When and where on its path something happens. */
export interface Moment {
  /** Position in the order in which the interpreter met what its function does: effects, events and session reads share it. */
  seq: number;
  /** Positions of the writes that come (or may come) earlier on the same path. */
  after?: number[];
  /** The `$transaction(async (tx) => …)` call in whose callback it runs. */
  transaction?: Site;
  /** Runs once for each turn of a loop or each item of a list. */
  inLoop?: true;
}

/** A database access that a call performs, here or further down. */
export interface DbEffect extends Site, Moment {
  model: string;
  op: string;
  kind: 'read' | 'write' | 'raw-read' | 'raw-write';
  /** Arguments of the Prisma call in terms of the summarised function's parameters. */
  args: Abs;
  /** Proof held when it happens, found inside the summarised function or its callees. */
  proof?: Proof;
  roles?: string[];
  /** What the path before it has shown about the caller's right to rows. */
  checks?: Check[];
  /** Reached only by calls that are given such arguments. */
  when?: Condition[];
  unless?: Unless;
  /** A call whose target could not be found, and might be a guard, came first. */
  unsure: boolean;
  /** Call sites from the summarised function down to the access, outermost first. */
  trace: Site[];
  sure: boolean;
  tx: boolean;
}

export type EventKind =
  /** Asks the network: `fetch`, an HTTP client, a service's SDK. */
  | 'network'
  | 'mail'
  /** Files and processes. */
  | 'system'
  /** `revalidatePath`, `revalidateTag`, `updateTag`, `refresh`. */
  | 'revalidate'
  /** `redirect()`: the path ends. */
  | 'redirect'
  /** `setTimeout` as a wait. */
  | 'wait'
  /** `console.*` and loggers; not passed on to callers. */
  | 'log';

/** Something outside of the database that a call does, here or further down. */
export interface CallEvent extends Site, Moment {
  kind: EventKind;
  /** Name as written at its place: `fetch`, `resend.emails.send`, `revalidatePath`. */
  name: string;
  args: Abs[];
  proof?: Proof;
  roles?: string[];
  checks?: Check[];
  when?: Condition[];
  unless?: Unless;
  unsure: boolean;
  /** Call sites from the summarised function down to it, outermost first. */
  trace: Site[];
}

/** A call of one of the function's own (or an outer function's) parameters. */
export interface Invocation {
  target: Abs;
  args: Abs[];
  proof?: Proof;
  roles?: string[];
  checks?: Check[];
  when?: Condition[];
  unless?: Unless;
  /** The interactive transaction in which it is called. */
  transaction?: Site;
  unsure: boolean;
  at: Site;
}

/** A component that the function puts into what it returns: `<Orders />`. */
export interface Rendering {
  target: FunctionKey;
  proof?: Proof;
  roles?: string[];
}

/** A Prisma call written in the function itself (or in a closure run inside it). */
export interface QueryFact extends Omit<DbEffect, 'trace'> {
  /** The function that contains it. */
  fn: number;
}

/** A call that reads the session. */
export interface SessionCall extends Site {
  /** The call itself reads the session; else a function of the project does and hands the answer back. */
  direct: boolean;
  awaited: boolean;
  tested: boolean;
  /** See `Moment`. */
  seq: number;
}

export interface Marks {
  /** `signIn`, `signOut`, sign-up calls of an auth library. */
  signIn?: true;
  /** Hashes or compares a password. */
  password?: true;
  /** Asks somebody else: a request over the network or a package that isn't known. */
  external?: true;
}

export interface Summary {
  async: boolean;
  outcomes: Outcome[];
  effects: DbEffect[];
  events: CallEvent[];
  /** What any of its paths, or of its callees' paths, shows about the caller's right to rows. */
  shown: Check[];
  invocations: Invocation[];
  renderings: Rendering[];
  queries: QueryFact[];
  sessions: SessionCall[];
  marks: Marks;
  /** Functions whose bodies were run as part of this one. */
  covered: number[];
  /** The body was too large to follow to its end. */
  partial: boolean;
}

export const BOTTOM: Summary = {
  async: false,
  outcomes: [],
  effects: [],
  events: [],
  shown: [],
  invocations: [],
  renderings: [],
  queries: [],
  sessions: [],
  marks: {},
  covered: [],
  partial: false,
};

export function functionKey(file: FileId, fn: number): FunctionKey {
  return `${file}#${fn}`;
}

export function parseFunctionKey(key: FunctionKey): { file: FileId; fn: number } {
  const hash = key.lastIndexOf('#');
  return { file: key.slice(0, hash), fn: Number(key.slice(hash + 1)) };
}
