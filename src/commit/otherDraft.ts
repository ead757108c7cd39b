/** The header of a commit that is not about the backend. */
import { weight } from './backendParts.ts';
import type { Part, PartKind, Touched } from './model.ts';
import { list, namesOf, shortName, type Draft } from './words.ts';

/** Three and more packages that change at once are the matter, and the code follows them; so is one that goes. */
export function updateDraft({ packages, parts, schema }: Touched): Draft | undefined {
  const updates = packages.filter((text) => !text.startsWith('add '));
  // What others can call from now on is more than what it is built with.
  if (parts.some(({ kind, change }) => change === 'added' && (kind === 'action' || kind === 'route')))
    return undefined;
  const isUpdate =
    updates.length >= 3 ||
    (packages.length > 0 &&
      updates.length === packages.length &&
      parts.every(({ change }) => change !== 'added')) ||
    (schema.length > 0 && packages.length > 0);
  return isUpdate ? packagesDraft(packages) : undefined;
}

function packagesDraft(packages: readonly string[]): Draft {
  return {
    type: 'chore',
    scope: 'deps',
    subject: (shown) => (packages.length === 0 ? 'update the lock file' : list(packages, shown)),
  };
}

const isLockFile = (file: string): boolean =>
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?)$/.test(file);

const verbOf = (parts: readonly Part[]): string => {
  if (parts.every(({ change }) => change === 'added')) return 'add';
  return parts.every(({ change }) => change === 'removed') ? 'remove' : 'change';
};

const order: readonly PartKind[] = [
  'ui',
  'test',
  'docs',
  'ci',
  'deps',
  'seed',
  'tooling',
  'generated',
  'other',
];

/** Where files go, when that is what a commit is about: what else changes are their addresses. */
export function movedDraft({ moved, parts, schema, imports }: Touched): Draft | undefined {
  const isAboutMoves =
    moved.length >= 3 &&
    schema.length === 0 &&
    parts.length <= moved.length / 2 &&
    weight(parts) < 100 * moved.length;
  if (!isAboutMoves) return undefined;
  const isBackend =
    moved.some(({ to }) => /(^|\/)(prisma|migrations|api|actions|services?|server)\//.test(to)) ||
    imports.some(({ kind }) => kind !== 'ui' && kind !== 'page');
  const scope = isBackend ? 'backend' : undefined;
  const folders = new Set(moved.map(({ from, to }) => foldersOf(from, to)));
  const [only] = folders;
  if (folders.size === 1 && only !== undefined)
    return { type: 'refactor', scope, subject: () => `move ${only}` };
  const names = moved.map(({ to }) => shortName(to));
  return { type: 'refactor', scope, subject: (shown) => `move ${list(names, shown)}` };
}

/** `src/prisma to prisma`: where two paths differ at their beginnings. */
function foldersOf(from: string, to: string): string {
  const [a, b] = [from.split('/'), to.split('/')];
  let shared = 0;
  while (shared < Math.min(a.length, b.length) - 1 && a.at(-1 - shared) === b.at(-1 - shared)) shared++;
  const start = (path: readonly string[]) => path.slice(0, path.length - shared).join('/') || '.';
  return `${start(a)} to ${start(b)}`;
}

/** Imports that are put right or go, where little else changes beside them. */
export function importsDraft({ imports, parts, moved }: Touched): Draft | undefined {
  const own = imports.filter(({ kind }) => kind !== 'test');
  const others = parts.filter(({ kind, file }) => kind !== 'docs' && !isExample(file));
  const isMost = own.length >= 3 && own.length > 2 * others.length && weight(others) < 150 * own.length;
  if (own.length === 0 || !(others.length === 0 || isMost) || moved.length > 0) return undefined;
  const isBackend = own.some(({ kind }) => /^(action|route|service|validation|env|auth|db)$/.test(kind));
  const isLess = own.every((one) => one.isLess);
  const names = own.map(({ file }) => shortName(file));
  return {
    type: isLess || isMost ? 'refactor' : 'fix',
    scope: isBackend ? 'backend' : 'ui',
    subject: (shown) => `${isLess ? 'remove' : 'correct'} imports of ${list(names, shown)}`,
  };
}

/** `add_slug to add_title`; with their stamps where these are all that differs. */
function renamedFolder(from: string, to: string): string {
  const [old, now] = [from, to].map((file) => file.split('/').at(-2) ?? file);
  const title = (folder = '') => folder.replace(/^\d+_(?=.)/, '');
  return title(old) === title(now) ? `${old} to ${now}` : `${title(old)} to ${title(now)}`;
}

/** `.env.example` and its like, which nothing reads. */
const isExample = (file: string): boolean => /(^|\/)\.env\.?\w*\.?(dist|example|sample|template)$/.test(file);

/** What only explains differs, or what was explained away is gone. */
function commentsDraft(comments: Touched['comments']): Draft {
  const names = comments.map(({ file }) => shortName(file));
  return comments.every(({ isDeadCode }) => isDeadCode)
    ? {
        type: 'refactor',
        scope: undefined,
        subject: (shown) => `remove commented-out code from ${list(names, shown)}`,
      }
    : { type: 'docs', scope: undefined, subject: (shown) => `change comments of ${list(names, shown)}` };
}

export function otherDraft({ parts, moved, packages, unchanged, comments }: Touched): Draft | undefined {
  if (parts.length === 0 && moved.length === 0 && comments.length > 0) return commentsDraft(comments);
  if (parts.length === 0 && moved.length === 0 && unchanged.length > 0)
    return {
      type: 'style',
      scope: undefined,
      subject: (shown) => `format ${list(unchanged.map(shortName), shown)}`,
    };
  // Scripts of a package.json are no reason for anything to move.
  if (
    parts.every(({ kind }) => kind === 'deps' && packages.length === 0) &&
    (parts.length === 0 || moved.length > 0)
  )
    return moved.length === 0
      ? undefined
      : moved.every(({ to }) => to.endsWith('/migration.sql'))
        ? {
            type: 'db',
            scope: undefined,
            subject: (shown) =>
              `rename the migration${moved.length > 1 ? 's' : ''} ${list(
                moved.map(({ from, to }) => renamedFolder(from, to)),
                shown,
              )}`,
          }
        : {
            type: 'refactor',
            scope: undefined,
            subject: (shown) =>
              `move ${list(
                moved.map(({ to }) => shortName(to)),
                shown,
              )}`,
          };
  const kindOf = ({ kind }: Part): PartKind => (kind === 'page' ? 'ui' : kind);
  const count = (kind: PartKind) => parts.filter((part) => kindOf(part) === kind).length;
  const [most = 'other'] = order.toSorted((a, b) => count(b) - count(a));
  const kind = count('ui') > 0 && most !== 'test' && most !== 'docs' ? 'ui' : most;
  const own = parts.filter((part) => kindOf(part) === kind);
  const verb = verbOf(own);
  const plain = (type: string, scope?: string): Draft => ({
    type,
    scope,
    subject: (shown) => `${verb} ${list(namesOf(own), shown)}`,
  });
  switch (kind) {
    case 'ui':
      return viewDraft(own, packages, verb);
    case 'deps':
      return packages.length > 0 || own.some(({ file }) => isLockFile(file))
        ? packagesDraft(packages)
        : plain('chore');
    case 'seed':
      return { type: 'chore', scope: 'db', subject: () => `${verb} the seed data` };
    case 'test':
    case 'docs':
    case 'ci':
      return plain(kind);
    default:
      return plain('chore');
  }
}

function viewDraft(own: readonly Part[], packages: readonly string[], verb: string): Draft {
  const added = own.filter(({ change }) => change === 'added');
  const before = own.reduce((sum, part) => sum + part.before.length, 0);
  const isGrown = packages.some((text) => text.startsWith('add ')) || weight(own) > 0.25 * before;
  const [type, what, told] =
    added.length > 0
      ? (['feat', 'add', added] as const)
      : verb === 'remove'
        ? (['refactor', 'remove', own] as const)
        : isGrown
          ? (['feat', 'extend', own] as const)
          : (['fix', 'correct', own] as const);
  return { type, scope: 'ui', subject: (shown) => `${what} ${list(namesOf(told), shown)}` };
}
