/** Paths of the application's own API as code writes them: `'/api/posts'`, `` `/api/posts/${id}` ``. */
import type { TsFacts, Value } from '../facts/tsModel.ts';
import { visitFile } from '../facts/visit.ts';

/** A path with `*` for each variable segment, as look-ups know it. */
export function ownPath(value: Value): string | undefined {
  if (value.k === 'lit') return typeof value.v === 'string' ? normal(value.v) : undefined;
  return value.k === 'template' ? normal(value.texts.join('\u0000')) : undefined;
}

function normal(text: string): string | undefined {
  if (!text.startsWith('/api/')) return undefined;
  const [path = ''] = text.split(/[?#]/);
  return path
    .replace(/\/$/, '')
    .split('/')
    .map((segment) => (segment.includes('\u0000') ? '*' : segment))
    .join('/');
}

/** The same form of a route's own path: `/api/posts/[id]`. */
export function routeKey(path: string): string {
  return path
    .split('/')
    .map((segment) => (segment.startsWith('[') ? '*' : segment))
    .join('/');
}

export interface OwnRequest {
  /** HTTP method; undefined where it isn't written as a text. */
  method: string | undefined;
  at: number;
}

/** Requests of a file to one of the paths; undefined when the path is used for something else as well. */
export function requestsTo(facts: TsFacts, path: string): OwnRequest[] | undefined {
  const out: OwnRequest[] = [];
  const sent = new Set<Value>();
  let isOther = false;
  visitFile(facts, (value) => {
    if (value.k === 'call') {
      const [url, ...rest] = value.args;
      if (!url || ownPath(url) !== path) return;
      const method = methodOf(value.fn, rest);
      if (method === 'none') return;
      sent.add(url);
      out.push({ method, at: value.fn.k === 'ref' || value.fn.k === 'member' ? value.fn.at : value.at });
    } else if ((value.k === 'lit' || value.k === 'template') && ownPath(value) === path && !sent.has(value))
      isOther = true;
  });
  return isOther ? undefined : out;
}

/** The method of a request; `none` for calls that are no request. */
function methodOf(callee: Value, rest: readonly Value[]): string | undefined {
  if (callee.k === 'member') {
    const name = callee.name.toUpperCase();
    if (/^(GET|POST|PUT|PATCH|DELETE)$/.test(name)) return name;
    if (callee.name !== 'fetch') return 'none';
  } else if (callee.k !== 'ref' || !/^(fetch|ky|axios)$/.test(callee.name)) return 'none';
  const [options] = rest;
  if (!options) return 'GET';
  if (options.k !== 'object') return undefined;
  const method = options.props.find((prop) => prop.p === 'prop' && prop.name === 'method');
  if (!method) return options.props.every(({ p }) => p === 'prop') ? 'GET' : undefined;
  return method.value.k === 'lit' ? String(method.value.v).toUpperCase() : undefined;
}
