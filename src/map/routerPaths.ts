/** Paths and patterns of a router: which routes a middleware's pattern holds for. */

/** `undefined`: not written as text. */
export type Pattern = string | undefined;

/** One path after the other, with a single slash between them. */
export function joined(prefix: Pattern, path: Pattern): Pattern {
  if (prefix === undefined || path === undefined) return undefined;
  const whole = `/${[...segments(prefix), ...segments(path)].join('/')}`;
  return whole;
}

/** Whether a pattern holds for every request that a route answers; `maybe` when that can't be told. */
export function covers(pattern: Pattern, path: Pattern): 'yes' | 'no' | 'maybe' {
  if (pattern === undefined) return 'maybe';
  const wanted = segments(pattern);
  const hasRest = wanted.at(-1) === '*';
  const fixed = hasRest ? wanted.slice(0, -1) : wanted;
  if (hasRest && fixed.length === 0) return 'yes';
  if (path === undefined || fixed.some(isOdd)) return 'maybe';
  const own = segments(path);
  if (own.some(isOdd)) return 'maybe';
  if (own.length < fixed.length || (!hasRest && own.length > fixed.length)) return 'no';
  return fixed.every((segment, i) => segment.startsWith(':') || segment === own[i]) ? 'yes' : 'no';
}

/** A test of the request's path: `c.req.path.startsWith('/docs')`, `c.req.path === '/health'`. */
export interface PathTest {
  is: 'equal' | 'prefix';
  to: string;
}

/** Whether requests of a route pass a test of their path. */
export function passes({ is, to }: PathTest, path: Pattern): 'yes' | 'no' | 'maybe' {
  if (path === undefined) return 'maybe';
  const known = path.split(/[:*{]/, 1)[0] ?? '';
  const isWhole = known === path;
  if (is === 'prefix' && known.startsWith(to)) return 'yes';
  if (isWhole) return is === 'equal' && known === to ? 'yes' : 'no';
  return to.startsWith(known) || known.startsWith(to) ? 'maybe' : 'no';
}

function segments(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** Optional parts, expressions and stars in the middle. */
function isOdd(segment: string): boolean {
  return /[*{}?]/.test(segment);
}
