/** Where a new service function belongs, and what it is called. */
import { basename, dirname, join } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { WorkspaceView } from '../workspace/view.ts';

/** The module for functions about a model: one of the service folder that is named after it, else a new one beside the others. */
export function serviceModule(
  workspace: WorkspaceView,
  file: FileId,
  model: string,
): { file: FileId; exists: boolean } | { refuse: string } {
  const folder = serviceFolder(workspace, file);
  if (folder === undefined)
    return { refuse: 'The configured service layer has no folder that a new module could be put in.' };
  const siblings = workspace
    .filesIn(folder)
    .filter(
      (other) => /\.[cm]?[jt]sx?$/.test(other) && workspace.tsFacts(other) && stemOf(other) !== 'index',
    );
  const wanted = new Set([...forms(model), ...forms(plural(model))].map((form) => form.toLowerCase()));
  const named = siblings.find((other) => wanted.has(stemOf(other).replace(SUFFIX, '').toLowerCase()));
  if (named !== undefined) {
    const directives = workspace.tsFacts(named)?.directives ?? [];
    if (directives.includes('use server'))
      return { refuse: `Every function of ${named} can be called by anyone: it says 'use server'.` };
    if (directives.includes('use client')) return { refuse: `${named} is a client module.` };
    return { file: named, exists: true };
  }
  const extension = /\.[cm]?[jt]s/.exec(
    basename(siblings[0] ?? (/\.[cm]?jsx?$/.test(file) ? 'x.js' : 'x.ts')),
  )?.[0];
  const path = join(folder, `${nameLike(siblings.map(stemOf), model)}${extension ?? '.ts'}`) ?? '';
  return { file: path, exists: workspace.exists(path) };
}

const SUFFIX = /[.-]?(service|services|repository|queries|dal)$/i;

function stemOf(file: FileId): string {
  return basename(file).replace(/\.[cm]?[jt]sx?$/, '');
}

/** `BlogPost` as `blog-post`, `blogPost`, `blogpost`, `blog_post`. */
function forms(model: string): string[] {
  const kebab = kebabOf(model);
  return [kebab, camelOf(model), kebab.replaceAll('-', ''), kebab.replaceAll('-', '_')];
}

function kebabOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}

/** `BlogPost` → `blogPost`, `blog_posts` → `blogPosts`. */
export function camelOf(name: string): string {
  const [first = '', ...rest] = kebabOf(name).split('-');
  return first + rest.map(capital).join('');
}

export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** A plural by the rules of English that code follows; a word that is one already stays. */
export function plural(word: string): string {
  if (/(s|x|z|ch|sh)$/i.test(word)) return /[^s]s$/i.test(word) ? word : `${word}es`;
  return /[^aeiou]y$/i.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

function nameLike(stems: readonly string[], model: string): string {
  const endings = stems.map((stem) => SUFFIX.exec(stem)?.[0] ?? '');
  const counts = new Map<string, number>();
  for (const ending of endings) counts.set(ending, (counts.get(ending) ?? 0) + 1);
  const [best] = [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const ending = best?.[0] ?? '.service';
  if (ending.startsWith('S')) return camelOf(model) + ending;
  const isPlural = ending === '' && stems.filter((stem) => /[^s]s$/.test(stem)).length * 2 > stems.length;
  const isCamel = stems.some((stem) => /[a-z][A-Z]/.test(stem));
  const base = isPlural ? plural(model) : model;
  return (isCamel ? camelOf(base) : kebabOf(base)) + ending;
}

function serviceFolder(workspace: WorkspaceView, file: FileId): string | undefined {
  const app = workspace.app(file);
  const root = app?.root ?? '';
  const configured = workspace.conventions(file).services;
  const learnt = workspace.projectConventions(file).services;
  const usual = [
    'lib/services',
    'services',
    'server/services',
    'lib/server',
    'server',
    'lib/data',
    'data',
  ].map((folder) => join(root, app?.src ?? '', folder) ?? folder);
  if (configured)
    return [...(learnt === undefined ? [] : [learnt]), ...usual].find((folder) =>
      configured(`${folder}/x.service.ts`),
    );
  const isServices =
    learnt !== undefined && workspace.filesIn(learnt).some((other) => workspace.role(other) === 'service');
  return isServices ? learnt : usual[0];
}

/** Whether most modules of the folder begin with `import 'server-only'`. */
export function isMarkedServerOnly(workspace: WorkspaceView, file: FileId): boolean {
  const others = workspace.filesIn(dirname(file)).filter((other) => workspace.tsFacts(other));
  const marked = others.filter((other) =>
    workspace.tsFacts(other)?.imports.some(({ spec }) => spec === 'server-only'),
  );
  return marked.length * 2 > others.length;
}

const VERBS: { [op: string]: [verb: string, isMany: boolean] } = {
  findMany: ['list', true],
  findUnique: ['get', false],
  findUniqueOrThrow: ['get', false],
  findFirst: ['find', false],
  findFirstOrThrow: ['find', false],
  count: ['count', true],
  aggregate: ['aggregate', true],
  groupBy: ['group', true],
  create: ['create', false],
  createMany: ['create', true],
  createManyAndReturn: ['create', true],
  update: ['update', false],
  updateMany: ['update', true],
  updateManyAndReturn: ['update', true],
  upsert: ['save', false],
  delete: ['delete', false],
  deleteMany: ['delete', true],
};

/**
 * What to call a function, best name first: `listPosts`, `getPostBySlug`, `updatePostTitle`.
 * @param keys fields that select the rows, then fields that are written
 */
export function functionNames(
  model: string,
  op: string,
  keys: { where: readonly string[]; data: readonly string[] },
  siblings: ReadonlySet<string>,
): string[] {
  const [verb, isMany] = VERBS[op] ?? ['query', true];
  const name = capital(camelOf(model));
  const noun = isMany ? plural(name) : name;
  // `getPosts` where the others are called so.
  const own =
    verb === 'list' &&
    [...siblings].some((other) => /^get[A-Z]\w*s$/.test(other)) &&
    ![...siblings].some((other) => /^list[A-Z]/.test(other))
      ? 'get'
      : verb;
  const by = keys.where.filter((key) => key !== 'id').map((key) => capital(camelOf(key)));
  const what = keys.data.map((key) => capital(camelOf(key)));
  const selected = by.length > 0 && by.length <= 2 ? `By${by.join('And')}` : '';
  const base = `${own}${noun}`;
  const out = [
    ...(own === 'update' && what.length === 1 ? [`${base}${what.join('')}`] : []),
    ...(selected !== '' && !['create', 'save'].includes(verb) ? [`${base}${selected}`] : []),
    base,
    ...(selected !== '' ? [`${base}${selected}`] : []),
    ...(what.length > 0 ? [`${base}${what.slice(0, 2).join('And')}`] : []),
  ];
  return [...out, ...[2, 3, 4, 5].map((n) => `${base}${n}`)];
}
