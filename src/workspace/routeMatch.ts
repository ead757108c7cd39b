/** Whether a path given to `revalidatePath` is one that Next.js knows: it compares texts, and says nothing when none is equal. */
import { nearestName } from '../config/distance.ts';
import type { Route } from '../project/routes.ts';
import { ANY, mayBeSame } from './texts.ts';

export interface PathFault {
  /**
   * `route`: no page has it; `type`: it spells files and lacks the second argument; `files`: with a second argument it must spell
   * files, and doesn't; `slash`, `query`: it isn't written as a path.
   */
  why: 'route' | 'type' | 'files' | 'slash' | 'query';
  /** The arguments as they were meant, perhaps. */
  near: string | undefined;
  /** Perhaps a rewrite that isn't in sight makes it one. */
  isWeak: boolean;
}

/** Answers for all that nothing else answers: `[...not-found]`, `[locale]/[...rest]`. */
const NOT_FOUND = /^(\/\[\w+\])?\/\[\.{3}(rest|.*(404|not-?_?found|missing|catch-?_?all).*)\]$/i;

/**
 * What is wrong with a path; undefined where it is right, or can't be told.
 * @param path with `ANY` for its unknown parts
 * @param type the second argument
 */
export function pathFault(
  path: string,
  type: string | undefined,
  routes: readonly Route[],
): PathFault | undefined {
  const answering = routes.filter(({ path: own }) => !NOT_FOUND.test(own));
  if (path === '' || path.startsWith(ANY) || /^[a-z]+:\/\//.test(path) || answering.length === 0)
    return undefined;
  const fault = (why: PathFault['why'], near: string | undefined, isWeak = false): PathFault => ({
    why,
    near,
    isWeak,
  });
  const better = (own: string): string => pathFault(own, type, routes)?.near ?? quoted(own);
  if (!path.startsWith('/')) return fault('slash', better(`/${path}`));
  const [bare = ''] = path.split(/[?#]/);
  if (bare !== path) return fault('query', better(bare === '' ? '/' : bare));
  const wanted = segmentsOf(path);
  if (type === 'page' || type === 'layout') return fileFault(wanted, type, answering, fault);
  if (type !== undefined) return undefined;
  if (wanted.some(isOfFiles)) {
    const page = answering.find((route) => spells(wanted, segmentsOf(route.folders)));
    const named = /^(page|layout|route)$/.test(wanted.at(-1) ?? '') ? wanted.slice(0, -1) : undefined;
    if (named && answering.some((route) => startsWith(segmentsOf(route.folders), named))) return undefined;
    return page ? fault('type', spelled(page)) : fault('route', nearRoute(wanted, answering));
  }
  const last = wanted.at(-1) ?? '';
  // `sitemap.xml`, `feed.xml`, images made from code.
  if (/\.\w+$|^(opengraph-image|twitter-image|icon|apple-icon|sitemap)/.test(last)) return undefined;
  if (answering.some((route) => answers(segmentsOf(route.path), wanted))) return undefined;
  const isLocalised = answering.some((route) =>
    answers(segmentsOf(route.path).slice(isLocale(segmentsOf(route.path)[0] ?? '') ? 1 : 0), wanted),
  );
  return fault('route', nearRoute(wanted, answering), isLocalised || wanted.length === 0);
}

function fileFault(
  wanted: readonly string[],
  type: 'page' | 'layout',
  routes: readonly Route[],
  fault: (why: PathFault['why'], near: string | undefined) => PathFault,
): PathFault | undefined {
  const isLayout = type === 'layout';
  const pages = routes.filter(({ kind }) => isLayout || kind === 'page');
  const fits = isLayout
    ? (route: Route): boolean =>
        startsWith(segmentsOf(route.folders), wanted) ||
        startsWith(withoutSlots(segmentsOf(route.folders)), wanted)
    : (route: Route): boolean => spells(wanted, segmentsOf(route.folders));
  if (pages.some(fits)) return undefined;
  const meant = pages.find((route) => {
    const path = segmentsOf(route.path);
    return isLayout ? answersAbove(path, plain(wanted)) : answers(path, plain(wanted));
  });
  if (!meant) return fault('route', nearRoute(wanted, routes));
  const folders = isLayout ? upTo(meant, plain(wanted).length) : meant.folders;
  return fault('files', `${quoted(folders)}, '${type}'`);
}

/** The folders of a route down to as many segments of its URL. */
function upTo(route: Route, count: number): string {
  const out: string[] = [];
  let left = count;
  for (const segment of segmentsOf(route.folders)) {
    if (!isHidden(segment) && left-- === 0) break;
    out.push(segment);
  }
  while (isHidden(out.at(-1) ?? '')) out.pop();
  return `/${out.join('/')}`;
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** Groups and slots have no part in the URL. */
function isHidden(segment: string): boolean {
  return /^\([^.)][^)]*\)$/.test(segment) || segment.startsWith('@');
}

function isOfFiles(segment: string): boolean {
  return isHidden(segment) || /^\[.*\]$/.test(segment);
}

/** The URL that a path of files stands for: its variable parts may be anything. */
function plain(segments: readonly string[]): string[] {
  return segments
    .filter((segment) => !isHidden(segment))
    .map((segment) => (/^\[.*\]$/.test(segment) ? ANY : segment));
}

function withoutSlots(folders: readonly string[]): string[] {
  return folders.filter((segment) => !segment.startsWith('@'));
}

function spells(wanted: readonly string[], folders: readonly string[]): boolean {
  const same = (list: readonly string[]): boolean =>
    list.length === wanted.length && startsWith(list, wanted);
  return same(folders) || same(withoutSlots(folders));
}

function startsWith(folders: readonly string[], wanted: readonly string[]): boolean {
  return (
    wanted.length <= folders.length &&
    wanted.every((segment, i) => {
      const folder = folders[i] ?? '';
      // A value in place of `[id]` is one page of many, which has no file of its own.
      return segment === folder || (!folder.startsWith('[') && mayBeSame(segment, folder));
    })
  );
}

const LOCALE = /^\[(locale|lang|language|lng|i18n)\]$/;

function isLocale(segment: string): boolean {
  return LOCALE.test(segment);
}

/** Whether a URL is one of a route's; an unknown part of it may hold slashes. */
function answers(route: readonly string[], wanted: readonly string[]): boolean {
  const match = (i: number, j: number): boolean => {
    const own = route[j];
    if (own?.startsWith('[[...')) return true;
    if (own?.startsWith('[...')) return i < wanted.length;
    const segment = wanted[i];
    if (own === undefined || segment === undefined) return own === segment;
    return fitsIn(own, segment) && (match(i + 1, j + 1) || (segment.includes(ANY) && match(i, j + 1)));
  };
  return match(0, 0);
}

/** Whether a URL is above one of a route's. */
function answersAbove(route: readonly string[], wanted: readonly string[]): boolean {
  return wanted.length <= route.length && answers(route.slice(0, wanted.length), wanted);
}

function fitsIn(own: string, segment: string): boolean {
  // With the locale in front of everything, `/posts` isn't the page of a language called “posts”.
  if (isLocale(own)) return segment.includes(ANY) || /^[a-z]{2,3}([-_][A-Za-z]{2,4})?$/.test(segment);
  return own.startsWith('[') || mayBeSame(own, segment);
}

function nearRoute(wanted: readonly string[], routes: readonly Route[]): string | undefined {
  const path = plain(wanted);
  const pages = routes.filter(({ kind }) => kind === 'page');
  const own = (route: Route): string[] => segmentsOf(route.path);
  if (path.length === 0) {
    const home = pages.find((route) => own(route).length === 1 && isLocale(own(route)[0] ?? ''));
    return home && spelled(home);
  }
  const found =
    pages.find((route) => answers(own(route), path)) ??
    (path.some((segment) => !segment.includes(ANY))
      ? (pages.find((route) => isBehindPrefix(own(route), path)) ??
        spelledAlike(path, pages) ??
        pages.find((route) => own(route).length === path.length + 1 && startsWith(own(route), path)) ??
        spelledAlike(path, routes))
      : undefined);
  return found && spelled(found);
}

/** `/posts` for `/[locale]/posts` or `/dashboard/posts`. */
function isBehindPrefix(route: readonly string[], path: readonly string[]): boolean {
  const last = path.at(-1) ?? '';
  return (
    route.length > path.length &&
    path.every((segment) => segment.includes(ANY) || route.includes(segment)) &&
    (last.includes(ANY) || last === route.at(-1)) &&
    answers(route.slice(-path.length), path)
  );
}

/** A route whose first segments differ by letters alone. */
function spelledAlike(path: readonly string[], routes: readonly Route[]): Route | undefined {
  const form = (segments: readonly string[]): string =>
    segments.map((segment) => (segment.startsWith('[') || segment.includes(ANY) ? '*' : segment)).join('/');
  const known = new Map<string, Route>();
  for (const route of routes) {
    const key = form(segmentsOf(route.path));
    if (key !== '' && !known.has(key)) known.set(key, route);
  }
  const near = nearestName(form(path), known.keys());
  return near === undefined ? undefined : known.get(near);
}

/** The arguments that name all pages of a route. */
function spelled({ folders, path, kind }: Route): string {
  return path.includes('[') && kind === 'page' ? `${quoted(folders)}, 'page'` : quoted(path);
}

function quoted(path: string): string {
  return `'${shown(path)}'`;
}

/** A text as messages show it. */
export function shown(text: string): string {
  return text.replaceAll(ANY, '…');
}

/** Whether renewing a path renews a route. */
export function renewsRoute(path: string, type: string | undefined, route: Route): boolean {
  if (path.startsWith(ANY) || type?.includes(ANY)) return true;
  const wanted = segmentsOf(path);
  const folders = segmentsOf(route.folders);
  if (type === 'layout') return wanted.length === 0 || startsWith(folders, wanted);
  return type === 'page' ? spells(wanted, folders) : answers(segmentsOf(route.path), wanted);
}
