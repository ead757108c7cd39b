/** Where a function asks for what belongs to one request: the session, cookies, headers. Followed through the calls it makes. */
import type { FileId } from '../base/path.ts';
import type { FunctionId, TsFacts } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';
import type { Abs, Site } from './abs.ts';
import { cacheUses } from './caches.ts';
import { CalleeResolver } from './calleeResolver.ts';
import type { FoundFunction } from './calleeResolver.ts';
import type { CallValue } from './callPlace.ts';
import { calledName } from './callIndex.ts';
import { meaningOf } from './knowledge.ts';
import type { WorkspaceView } from './view.ts';

export interface RequestRead {
  what: 'session' | 'cookies' | 'headers';
  /** Name of the call as written in the function that was asked about, and its place there. */
  name: string;
  at: number;
  call: CallValue;
  /** Where it is read in the end, when that is in a function further down. */
  below: Site | undefined;
}

const MAX_DEPTH = 6;

export class RequestReads {
  readonly resolver: CalleeResolver;
  private readonly found = new Map<string, RequestRead | undefined>();

  constructor(workspace: WorkspaceView) {
    this.resolver = new CalleeResolver(workspace);
  }

  /** Every read that a function makes, itself and in the closures it holds; one for each call. */
  of({ file, facts, fn }: FoundFunction): RequestRead[] {
    return this.callsOf(file, facts, fn, 0);
  }

  /** What a call reads of the request, if anything. */
  ofCall(file: FileId, facts: TsFacts, fn: FunctionId, call: CallValue, depth = 0): RequestRead | undefined {
    const named = calledName(call);
    if (!named) return undefined;
    const callee = this.resolver.resolve(file, facts, fn, call.fn);
    const what = readOf(callee, call);
    if (what) return { what, name: named.name, at: named.at, call, below: undefined };
    const target = this.resolver.functionOf(callee);
    if (!target || depth >= MAX_DEPTH) return undefined;
    const below = this.first(target, depth + 1);
    return below && { what: below.what, name: named.name, at: named.at, call, below: below.site };
  }

  private callsOf(file: FileId, facts: TsFacts, fn: FunctionId, depth: number): RequestRead[] {
    const out: RequestRead[] = [];
    for (const id of withClosures(facts, fn))
      visitSteps(facts.functions[id]?.body ?? [], {
        value: (value) => {
          const read = value.k === 'call' ? this.ofCall(file, facts, id, value, depth) : undefined;
          if (read) out.push(read);
        },
      });
    return out;
  }

  private first(target: FoundFunction, depth: number): { what: RequestRead['what']; site: Site } | undefined {
    const key = `${target.file}#${target.fn}`;
    if (!this.found.has(key)) {
      this.found.set(key, undefined);
      this.found.set(
        key,
        isPrivate(target) ? undefined : this.callsOf(target.file, target.facts, target.fn, depth)[0],
      );
    }
    const read = this.found.get(key);
    return read && { what: read.what, site: read.below ?? { file: target.file, at: read.at } };
  }
}

/** What is cached itself answers for itself. */
function isPrivate({ facts, fn }: FoundFunction): boolean {
  return cacheUses(facts).some((use) => use.fn === fn && use.kind !== 'render');
}

/** A function and those written inside it, but for the ones that are cached or actions of their own. */
export function withClosures(facts: TsFacts, fn: FunctionId): FunctionId[] {
  const inside = new Set<FunctionId>([fn]);
  facts.functions.forEach((other, id) => {
    if (
      id > 0 &&
      inside.has(other.parent) &&
      !other.directives.some((text) => /^use (cache|server)/.test(text))
    )
      inside.add(id);
  });
  return [...inside];
}

function readOf(callee: Abs, call: CallValue): RequestRead['what'] | undefined {
  const meaning = meaningOf(callee);
  if (meaning?.m === 'session') {
    // `auth(handler)` wraps; `getToken({ req })` reads what it is given.
    const [first] = call.args;
    return first?.k === 'function' ? undefined : 'session';
  }
  if (meaning?.m === 'throwing' && callee.k === 'package' && callee.spec.startsWith('@clerk/'))
    return 'session';
  if (meaning?.m !== 'origin') return undefined;
  return meaning.origin === 'cookie' ? 'cookies' : meaning.origin === 'header' ? 'headers' : undefined;
}
