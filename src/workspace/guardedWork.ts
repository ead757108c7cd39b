/** What the code that an error handler watches over does: database, network, or only things that may fail by design. */
import type { FunctionId, Step, Value } from '../facts/tsModel.ts';
import { visitSteps, visitValue } from '../facts/visit.ts';
import type { Abs } from './abs.ts';
import { calleeName, calleeText } from './calleeResolver.ts';
import type { CalleeResolver, CallValue, FoundFunction } from './calleeResolver.ts';
import { functionKey } from './summary.ts';
import type { DbEffect } from './summary.ts';

export interface GuardedWork {
  writes: DbEffect[];
  reads: DbEffect[];
  /** Writes of the same function outside of the watched code. */
  otherWrites: DbEffect[];
  /** Calls over the network by name. */
  network: string[];
  /** Other calls that are waited for and aren't known to fail by design. */
  awaited: string[];
  /** Calls that are not waited for and aren't known to fail by design. */
  plain: string[];
}

/** Parsing, decoding, verifying, probing, storage, cache marks, closing: failing is one of their ordinary answers. */
const BENIGN_TEXT =
  /^(JSON\.\w+|URL\.\w+|(de|en)codeURI(Component)?|atob|btoa|Buffer\.from|BigInt|structuredClone|Number(\.\w+)?|String|Math\.\w+|parseInt|parseFloat|Object\.\w+|Array\.\w+|Date(\.\w+)*|Intl(\.\w+)*|(local|session)Storage\.\w+|fs\.\w+|fsp\.\w+|fsPromises\.\w+|crypto\.\w+|require\.resolve|URLSearchParams|RegExp|URL|TextDecoder|Temporal(\.\w+)*|console\.\w+)$/;
const BENIGN_NAME =
  /^(json|formData|text|arrayBuffer|blob|parse\w*|safeParse\w*|verify\w*|decode\w*|encode\w*|jwt\w+|jwtDecrypt|compactVerify|decrypt\w*|unseal\w*|timingSafeEqual|getItem|setItem|removeItem|revalidate(Path|Tag)|updateTag|refresh|expireTag|access|stat|lstat|unlink\w*|rm|rmdir|mkdir|readFile|readdir|exists\w*|close|quit|disconnect|\$disconnect|end|destroy|kill|terminate|cancel|abort|releaseLock|enqueue|dispose|format\w*|normalize\w*|cookies|headers|digest|import\w*|resolve|lookup|toISOString|toString|slice|split|trim|replace\w*|get|has|from|validate\w*|constructEvent|unref|setHeader|is[A-Z]\w*)$/;

const NETWORK_PACKAGES =
  /^(axios|got|ky|undici|node-fetch|ofetch|cross-fetch|resend|nodemailer|@react-email|postmark|mailgun|@sendgrid\/|twilio|@aws-sdk\/|@google-cloud\/|@azure\/|stripe|openai|@anthropic|ai$|@ai-sdk|@slack\/|web-push|firebase-admin|@upstash\/|ioredis|redis|bullmq|@vercel\/(blob|kv)|uploadthing|cloudinary|algoliasearch|@octokit\/|googleapis|pusher|loops|@getbrevo|mailersend|minio|@trigger\.dev|inngest)/;

const DEPTH = 2;

/** What statements of a function, or the promise of an expression, do; callbacks written in them included. */
export function workOf(
  resolver: CalleeResolver,
  where: FoundFunction,
  watched: { steps: readonly Step[] } | { promise: Value },
): GuardedWork {
  const calls: { call: CallValue; awaited: boolean; fn: FunctionId }[] = [];
  const places = new Set<number>();
  // A promise that is returned without `await` rejects after the `try` has been left: its handler never sees that.
  const escaped = new Set<Value>();
  const collector = (fn: FunctionId) => ({
    step: (step: Step): void => {
      if (step.s !== 'return' || step.value?.k !== 'call') return;
      if (fn === where.fn) escaped.add(step.value);
      else if (where.facts.functions[fn]?.async) calls.push({ call: step.value, awaited: true, fn });
    },
    value: (value: Value): boolean => {
      if (value.k === 'function') {
        visitSteps(where.facts.functions[value.fn]?.body ?? [], collector(value.fn));
        return false;
      }
      if (value.k === 'await' && value.of.k === 'call') calls.push({ call: value.of, awaited: true, fn });
      else if (value.k === 'call' && !escaped.has(value)) {
        if (!calls.some(({ call }) => call === value)) calls.push({ call: value, awaited: false, fn });
        places.add(value.at);
        if (value.fn.k === 'member') places.add(value.fn.at);
      } else if (value.k === 'tagged' && !escaped.has(value)) {
        places.add(value.at);
        if (value.tag.k === 'member') places.add(value.tag.at);
      }
      return true;
    },
  });
  if ('steps' in watched) visitSteps(watched.steps, collector(where.fn));
  else {
    if (watched.promise.k === 'call') calls.push({ call: watched.promise, awaited: true, fn: where.fn });
    visitValue(watched.promise, collector(where.fn).value);
  }
  const work: GuardedWork = { writes: [], reads: [], otherWrites: [], network: [], awaited: [], plain: [] };
  const byDatabase = databaseWork(resolver, where, places, work);
  for (const { call, awaited, fn } of calls) {
    if (byDatabase.has(call.at) || (call.fn.k === 'member' && byDatabase.has(call.fn.at))) continue;
    const text = calleeText(call.fn);
    if (isPromiseMethod(call)) continue;
    const callee = resolver.resolve(where.file, where.facts, fn, call.fn);
    if (isNetwork(resolver, callee, text, 0)) work.network.push(text);
    else if (isBenign(call, text, callee)) continue;
    else (awaited ? work.awaited : work.plain).push(text);
  }
  return work;
}

/** Sorts the function's database accesses by whether they happen in the watched code; returns the calls that make them. */
function databaseWork(
  resolver: CalleeResolver,
  where: FoundFunction,
  places: ReadonlySet<number>,
  work: GuardedWork,
): Set<number> {
  const makers = new Set<number>();
  for (const effect of resolver.workspace.summary(functionKey(where.file, where.fn)).effects) {
    const [first] = effect.trace;
    const site = first ?? effect;
    const inside = site.file === where.file && places.has(site.at);
    const isWrite = effect.kind === 'write' || effect.kind === 'raw-write';
    if (!inside) {
      if (isWrite) work.otherWrites.push(effect);
      continue;
    }
    makers.add(site.at);
    (isWrite ? work.writes : work.reads).push(effect);
  }
  return makers;
}

function isPromiseMethod(call: CallValue): boolean {
  return (
    call.fn.k === 'member' &&
    (/^(then|catch|finally)$/.test(call.fn.name) || calleeText(call.fn.of) === 'Promise')
  );
}

function isBenign(call: CallValue, text: string, callee: Abs): boolean {
  if (BENIGN_TEXT.test(text) || BENIGN_NAME.test(calleeName(call.fn))) return true;
  if (callee.k === 'package' || callee.k === 'made')
    return /^(node:|fs|path|crypto|zod|jose|jsonwebtoken|bcrypt|next\/headers|next\/cache|next\/server|react|url|util|dns|iron-session|date-fns|dayjs|luxon|yaml|superjson|qs|semver|sharp|svix|standardwebhooks)/.test(
      callee.spec,
    );
  return false;
}

function isNetwork(resolver: CalleeResolver, callee: Abs, text: string, depth: number): boolean {
  if (text === 'fetch' || /^(globalThis|window)\.fetch$/.test(text)) return true;
  if (callee.k === 'package' || callee.k === 'made') return NETWORK_PACKAGES.test(callee.spec);
  const found = depth <= DEPTH ? resolver.functionOf(callee) : undefined;
  const own = found?.facts.functions[found.fn];
  if (!found || !own) return false;
  return resolver.remembered(`network${depth}`, found, () => {
    let hit = false;
    visitSteps(own.body, {
      value: (value) => {
        if (value.k === 'call')
          hit ||= isNetwork(
            resolver,
            resolver.resolve(found.file, found.facts, found.fn, value.fn),
            calleeText(value.fn),
            depth + 1,
          );
        return !hit;
      },
    });
    return hit;
  });
}
