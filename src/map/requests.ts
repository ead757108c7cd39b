/** Requests that code in the browser sends to route handlers of its own application: `fetch('/api/notes')`, `useSWR('/api/notes')`. */
import { isSame } from '../base/equal.ts';
import type { FileId } from '../base/path.ts';
import { spanOf } from '../facts/model.ts';
import type { Value } from '../facts/tsModel.ts';
import { valuesIn, valuesOf } from '../facts/valueIndex.ts';
import type { Route } from '../project/routes.ts';
import type { Derivation } from '../workspace/derivation.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { entryHeads, numbered } from './heads.ts';
import { resolve } from './symbols.ts';
import type { TsFileFacts } from './symbols.ts';

type Call = Extract<Value, { k: 'call' }>;

/** Stands for a segment of a path that isn't known. */
const ANY = '\u0000';

/**
 * Ids of the route handlers that a file asks, with the offsets of the calls. A path must be spelled in the call, and the
 * handler be the one that answers it: where another file may, there is none.
 */
export function requestsIn(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
): { id: string; at: number }[] {
  const app = workspace.app(file);
  if (!app) return [];
  return valuesOf(facts, 'call').flatMap((call) => {
    const methods = methodsOf(workspace, file, facts, call);
    const paths = methods.length === 0 ? [] : pathsOf(call.args[0]);
    return paths.flatMap((path) => {
      const route = routeFor(path, workspace.derived(handlersByStart, app.root).get(path[0] ?? '') ?? []);
      const ids = route ? workspace.derived(handlerIds, route.file) : {};
      return methods.flatMap((method) => {
        const id = ids[method] ?? ids['ANY'];
        return id === undefined ? [] : [{ id, at: spanOf(facts, call.at).start }];
      });
    });
  });
}

/** The methods that a call sends, none when it is no request or they can't be told. */
function methodsOf(workspace: Workspace, file: FileId, facts: TsFileFacts, call: Call): string[] {
  if (isFetch(call)) return methodsIn(call.args[1]);
  if (call.fn.k !== 'ref' || call.fn.b < 0 || !call.fn.name.startsWith('useSWR')) return [];
  const hook = resolve(workspace, file, facts, call.fn);
  if (hook?.k !== 'package' || !/^swr(\/immutable)?$/.test(hook.spec)) return [];
  // A fetcher of its own may send something else.
  const fetcher = call.args[1] && resolve(workspace, file, facts, call.args[1]);
  const theirs = fetcher?.k === 'closure' ? workspace.facts(fetcher.file) : undefined;
  const body = fetcher?.k === 'closure' && theirs?.kind === 'ts' ? theirs.functions[fetcher.fn] : undefined;
  const sent = body ? valuesIn(body, 'call').filter(isFetch) : [];
  const isGet = sent.every(({ args }) => isSame(methodsIn(args[1]), ['GET']));
  return isGet ? ['GET'] : [];
}

function isFetch({ fn }: Call): boolean {
  return fn.k === 'ref' && fn.name === 'fetch' && fn.b < 0;
}

/** What the options of `fetch` say. */
function methodsIn(options: Value | undefined): string[] {
  if (!options) return ['GET'];
  if (options.k !== 'object') return [];
  const last = options.props.findLast(
    (property) => property.p !== 'prop' || property.name.toLowerCase() === 'method',
  );
  if (!last) return ['GET'];
  return last.p === 'prop' ? methodNames(last.value) : [];
}

function methodNames(value: Value): string[] {
  if (value.k === 'cond') {
    const [then, other] = [methodNames(value.then), methodNames(value.else)];
    return then.length > 0 && other.length > 0 ? [...new Set([...then, ...other])] : [];
  }
  return value.k === 'lit' && typeof value.v === 'string' ? [value.v.toUpperCase()] : [];
}

/** The paths that an expression spells, as segments; `id ? '/api/notes' : null` asks for one or nothing. */
function pathsOf(value: Value | undefined): string[][] {
  switch (value?.k) {
    case 'cond':
      return [...pathsOf(value.then), ...pathsOf(value.else)];
    case 'logic':
      return value.op === '&&' ? pathsOf(value.right) : [];
    case 'lit':
      return typeof value.v === 'string' ? segments(value.v) : [];
    case 'template':
      // A choice between texts may well be one between routes.
      return value.values.some((part) => part.k === 'cond' || part.k === 'logic' || part.k === 'lit')
        ? []
        : segments(value.texts.join(ANY));
    default:
      return [];
  }
}

/** None where a part of a segment isn't known: it may be a query as well. */
function segments(text: string): string[][] {
  const [path = ''] = text.split(/[?#]/);
  if (!path.startsWith('/') || path.startsWith('//')) return [];
  const parts = path.replace(/\/$/, '').split('/').slice(1);
  const [first = ''] = parts;
  const isKnown = parts.every((part) => part === ANY || (part !== '' && !part.includes(ANY)));
  return isKnown && first !== ANY ? [parts] : [];
}

/** The one handler that answers a path. */
function routeFor(path: readonly string[], routes: readonly Route[]): Route | undefined {
  const ranked = routes.flatMap((route) => {
    const rank = rankOf(path, route);
    return rank === undefined ? [] : [{ route, rank }];
  });
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const [best, next] = ranked;
  if (!best || best.rank === next?.rank || best.rank.includes(STATIC)) return undefined;
  // A value may be any segment of one that catches all, and the name of a folder beside it too.
  return path.includes(ANY) && best.rank.includes(REST) && next ? undefined : best.route;
}

const REST = '2';
/** A value that would have to be the name of a folder. */
const STATIC = '9';

/** How near a route is to a path, segment by segment, as Next.js prefers them; `undefined` where it doesn't answer. */
function rankOf(path: readonly string[], route: Route): string | undefined {
  const own = route.path.split('/').slice(1);
  let rank = '';
  for (const [i, segment] of own.entries()) {
    const wanted = path[i];
    if (segment.startsWith('[[...')) return `${rank}${REST}~`;
    if (wanted === undefined) return undefined;
    if (segment.startsWith('[...')) return rank + REST;
    if (segment.startsWith('[')) rank += '1';
    else if (wanted === ANY) rank += STATIC;
    else if (segment === wanted) rank += '0';
    else return undefined;
  }
  return own.length === path.length ? rank : undefined;
}

/** The route handlers of an application by the first segment of their paths. */
const handlersByStart: Derivation<ReadonlyMap<string, readonly Route[]>> = {
  name: 'handlersByStart',
  compute: (workspace, root) => {
    const out = new Map<string, Route[]>();
    for (const route of workspace.routes(root)) {
      if (route.kind !== 'handler') continue;
      const start = route.path.split('/')[1] ?? '';
      const list = out.get(start);
      if (list) list.push(route);
      else out.set(start, [route]);
    }
    return out;
  },
};

/** Ids of a file's handlers by their methods. */
const handlerIds: Derivation<{ readonly [method: string]: string }> = {
  name: 'handlerIds',
  compute: (workspace, file) => {
    const facts = workspace.facts(file);
    if (facts?.kind !== 'ts') return {};
    return Object.fromEntries(
      numbered(entryHeads(workspace, file, facts)).flatMap(({ entry }) =>
        entry.kind === 'route' && entry.method !== undefined ? [[entry.method, entry.id]] : [],
      ),
    );
  },
  equal: isSame,
};
