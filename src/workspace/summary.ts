/** What a function does for its callers, and what it does itself: the results of interpreting its body once. */
import type { FileId } from '../base/path.ts';
import type { Abs, FunctionKey, Proof, Site } from './abs.ts';

/** One way a call can end normally. */
export interface Outcome {
  value: Abs;
  proof?: Proof;
  roles?: string[];
}

/** A database access that a call performs, here or further down. */
export interface DbEffect extends Site {
  model: string;
  op: string;
  kind: 'read' | 'write' | 'raw-read' | 'raw-write';
  /** Arguments of the Prisma call in terms of the summarised function's parameters. */
  args: Abs;
  /** Proof held when it happens, found inside the summarised function or its callees. */
  proof?: Proof;
  roles?: string[];
  /** A call whose target could not be found, and might be a guard, came first. */
  unsure: boolean;
  /** Call sites from the summarised function down to the access, outermost first. */
  trace: Site[];
  sure: boolean;
  tx: boolean;
}

/** A call of one of the function's own (or an outer function's) parameters. */
export interface Invocation {
  target: Abs;
  args: Abs[];
  proof?: Proof;
  roles?: string[];
  unsure: boolean;
  at: Site;
}

/** A Prisma call written in the function itself (or in a closure run inside it). */
export interface QueryFact extends Omit<DbEffect, 'trace'> {
  /** The function that contains it. */
  fn: number;
  inLoop: boolean;
}

/** A call that reads the session. */
export interface SessionCall extends Site {
  /** The call itself reads the session; else a function of the project does and hands the answer back. */
  direct: boolean;
  awaited: boolean;
  tested: boolean;
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
  invocations: Invocation[];
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
  invocations: [],
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
