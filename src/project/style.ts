/** What one file shows of the project's habits: a few tokens, so that counting them over a workspace is cheap. */
import type { FileId } from '../base/path.ts';
import type { TsFacts, Value } from '../facts/tsModel.ts';
import { valuesOf } from '../facts/valueIndex.ts';
import { visitSteps } from '../facts/visit.ts';

/** An imported name: `file` is the project's file it leads to, `undefined` for a package. */
export interface ImportedName {
  file: FileId | undefined;
  spec: string;
  name: string;
}

export type StyleToken =
  /** `object.method(…)` that logs an error; no source for `console`. */
  | { t: 'logger'; source: ImportedName | undefined; object: string; order: 'message-first' | 'object-first' }
  /** Keys of an object that an action returns, those with a literal `true`/`false` marked: `success=false`, `error`. */
  | { t: 'result'; keys: string[]; error: string[] }
  /** A function whose result an action returns. */
  | { t: 'returns'; source: ImportedName }
  | { t: 'resultType'; name: string; source: ImportedName | undefined }
  /** A call of an imported function that may read or check the session; `wraps`: it is given a function. */
  | { t: 'guard'; source: ImportedName; wraps: boolean }
  /** Prefix of imports that are neither relative nor packages: `@/`. */
  | { t: 'alias'; prefix: string }
  | { t: 'actions' }
  | { t: 'queries' }
  /** Wraps functions in React's `cache`, or says `'use cache'`. */
  | { t: 'cached' }
  /** Imports what answers a request: `next/headers`, `next/navigation`, `next/server`. */
  | { t: 'request' }
  | { t: 'schemas' };

export type LeadsTo = (spec: string) => FileId | undefined;

const QUERY =
  /^(find(Many|First|Unique)(OrThrow)?|createMany|updateMany|upsert|deleteMany|groupBy|aggregate)$/;
const GUARD =
  /auth|session|guard|require|user|permission|protect|ensure|assert|admin|role|action|client|procedure/i;

/** The tokens of a file, each once, in a fixed order. */
export function styleOf(facts: TsFacts, leadsTo: LeadsTo): StyleToken[] {
  const out = new Map<string, StyleToken>();
  const add = (token: StyleToken): void => void out.set(JSON.stringify(token), token);
  const names = new Map<number, ImportedName>();
  for (const item of facts.imports) {
    const prefix = /^[@~#]?\//.exec(item.spec)?.[0];
    const file = leadsTo(item.spec);
    if (prefix !== undefined && file !== undefined) add({ t: 'alias', prefix });
    for (const named of item.names) names.set(named.b, { file, spec: item.spec, name: named.imported });
  }
  const isAction = facts.directives.includes('use server');
  if (isAction) add({ t: 'actions' });
  if (facts.exports.length > 0 && facts.imports.some((item) => /^zod(\/|$)/.test(item.spec)))
    add({ t: 'schemas' });
  if (cachesReads(facts)) add({ t: 'cached' });
  if (facts.imports.some((item) => !item.typeOnly && REQUEST.test(item.spec))) add({ t: 'request' });
  for (const call of valuesOf(facts, 'call')) {
    loggerToken(call, names, add);
    if (isQuery(call.fn)) add({ t: 'queries' });
    const source = rootName(call.fn, names);
    if (source?.file !== undefined && GUARD.test(source.name))
      add({ t: 'guard', source, wraps: call.args.some((arg) => arg.k === 'function') });
  }
  if (isAction) resultTokens(facts, names, add);
  return [...out].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, token]) => token);
}

/** `x.post.findMany`; names that other APIs have as well count on what is called like a client. */
function isQuery(callee: Value): boolean {
  if (callee.k !== 'member' || callee.of.k !== 'member') return false;
  if (QUERY.test(callee.name)) return true;
  const root = callee.of.of;
  return (
    /^(create|update|delete|count)$/.test(callee.name) &&
    root.k === 'ref' &&
    /prisma|^(db|tx)$/i.test(root.name)
  );
}

const REQUEST = /^next\/(headers|navigation|server)(\.js)?$/;

function cachesReads(facts: TsFacts): boolean {
  return (
    facts.directives.includes('use cache') ||
    facts.functions.some((fn) => fn.directives.includes('use cache')) ||
    facts.imports.some(
      (item) =>
        (item.spec === 'react' && item.names.some(({ imported }) => imported === 'cache')) ||
        (item.spec === 'next/cache' && item.names.some(({ imported }) => imported === 'unstable_cache')),
    )
  );
}

function rootName(value: Value, names: ReadonlyMap<number, ImportedName>): ImportedName | undefined {
  let part = value;
  while (part.k === 'member' || part.k === 'call') part = part.k === 'member' ? part.of : part.fn;
  return part.k === 'ref' ? names.get(part.b) : undefined;
}

function loggerToken(
  value: Extract<Value, { k: 'call' }>,
  names: ReadonlyMap<number, ImportedName>,
  add: (token: StyleToken) => void,
): void {
  const { fn, args } = value;
  if (fn.k !== 'member' || fn.name !== 'error' || fn.of.k !== 'ref') return;
  const [first] = args;
  const order =
    args.length > 1 && first && first.k !== 'lit' && first.k !== 'template'
      ? 'object-first'
      : 'message-first';
  const source = names.get(fn.of.b);
  if (source ? /log/i.test(source.name) || /log/i.test(fn.of.name) : fn.of.b < 0 && fn.of.name === 'console')
    add({ t: 'logger', source, object: fn.of.name, order });
}

function resultTokens(
  facts: TsFacts,
  names: ReadonlyMap<number, ImportedName>,
  add: (token: StyleToken) => void,
): void {
  for (const fn of facts.functions) {
    const type = /^Promise<\s*(\w*(?:Result|Response|State|Return)\w*)/.exec(fn.returnType ?? '')?.[1];
    if (type !== undefined)
      add({ t: 'resultType', name: type, source: [...names.values()].find(({ name }) => name === type) });
    visitSteps(fn.body, {
      step: (step) => {
        if (step.s !== 'return' || !step.value) return;
        const returned = step.value.k === 'await' ? step.value.of : step.value;
        if (returned.k === 'object') add({ t: 'result', keys: keysOf(returned), error: errorKeys(returned) });
        const source =
          returned.k === 'call' && returned.fn.k === 'ref' ? names.get(returned.fn.b) : undefined;
        if (source?.file !== undefined) add({ t: 'returns', source });
      },
    });
  }
}

/** Names of a literal's keys, `=true`/`=false` behind those that are just that. */
export function keysOf(value: Extract<Value, { k: 'object' }>): string[] {
  return value.props.flatMap((prop) =>
    prop.p !== 'prop'
      ? []
      : [
          prop.value.k === 'lit' && typeof prop.value.v === 'boolean'
            ? `${prop.name}=${prop.value.v}`
            : prop.name,
        ],
  );
}

/** Keys of the object under `error`; `['']` when it is a text. */
export function errorKeys(value: Extract<Value, { k: 'object' }>): string[] {
  for (const prop of value.props) {
    if (prop.p !== 'prop' || prop.name !== 'error') continue;
    if (prop.value.k === 'object')
      return prop.value.props.flatMap((inner) => (inner.p === 'prop' ? [inner.name] : []));
    if (prop.value.k === 'lit' || prop.value.k === 'template') return [''];
  }
  return [];
}
