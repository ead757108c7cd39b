/** What a file of a commit is, by its place and its own text alone: no other file is read. */
import { basename, type FileId } from '../base/path.ts';
import type { FileFacts } from '../facts/model.ts';
import { isToolingPath, roleOf } from '../workspace/roles.ts';
import type { PartKind } from './model.ts';

/** The folder that holds `app/` or `pages/`, as far as a path shows it; `undefined` outside of both. */
export function routerRoot(file: FileId): FileId | undefined {
  const match = /^(?:(.+?)\/)?(?:src\/)?(?:app|pages)\//.exec(file);
  return match ? (match[1] ?? '') : undefined;
}

/** Whether a declaration of a route handler is one of its methods. */
export const isNamedByMethod = (name: string): boolean =>
  /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/.test(name);

const byPath: readonly [RegExp, PartKind][] = [
  [
    /(^|\/)(package-lock\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|package\.json|\.nvmrc|\.npmrc)$/,
    'deps',
  ],
  [/(^|\/)(\.github\/workflows|\.circleci|\.gitlab)\/|(^|\/)(\.gitlab-ci|bitbucket-pipelines)\.yml$/, 'ci'],
  [
    /(^|\/)(__tests__|__mocks__|e2e|tests?|test-?(utils|helpers|support)|testing|cypress|playwright)\/|\.(\w*test|spec|cy|e2e)\.[cm]?[jt]sx?$/,
    'test',
  ],
  [/(^|\/)seeds?\b[^/]*(\/.*)?\.[cm]?[jt]s$|(^|\/)prisma\/seed/, 'seed'],
  // `app/(site)/docs/page.tsx` is a page.
  [/\.(md|mdx|txt)$|(^|\/)LICENSE$|(^|\/)(docs|LICENSES?)\/(?!.*\.[cm]?[jt]sx?$)/i, 'docs'],
  [/\.(css|scss|sass|less|svg|png|jpe?g|gif|webp|ico|woff2?|ttf)$/, 'ui'],
  [/(^|\/)\.env(\.|$)/, 'env'],
];

/** @param facts of the text, where there is one */
export function kindOf(file: FileId, facts: FileFacts | undefined): PartKind {
  const known = byPath.find(([pattern]) => pattern.test(file));
  if (known) return known[1];
  if (/(^|\/)(generated|__generated__)\//.test(file)) return 'generated';
  if (file.endsWith('.sql')) return 'db';
  if (!facts) return 'other';
  if (facts.kind !== 'ts') return isToolingPath(file) ? 'tooling' : 'other';
  const root = routerRoot(file);
  const app =
    root === undefined
      ? undefined
      : { root, name: '', src: '', router: 'app' as const, why: [], schema: undefined, schemaWhy: undefined };
  const role = roleOf({ file, facts, app, generated: false });
  // `'use server'` at the top of a page makes no action of it.
  if (role === 'action' && root !== undefined && /(^|\/)(page|layout|template|default)\.[jt]sx$/.test(file))
    return 'page';
  switch (role) {
    case 'action':
    case 'route':
    case 'service':
    case 'validation':
    case 'env':
    case 'auth':
    case 'db':
    case 'page':
    case 'tooling':
    case 'generated':
      // A hook beside what it asks for is a view's.
      if (
        role === 'service' &&
        /^use-?[A-Z]/.test(basename(file)) &&
        /(^|\/)(components?|hooks?)\//.test(file)
      )
        return 'ui';
      // What renders mails may well reach the database as well.
      return facts.jsx && role === 'service' && file.endsWith('.tsx') && !reachesDatabase(facts)
        ? 'ui'
        : role;
    case 'proxy':
      return 'auth';
    case 'client':
      return 'ui';
    default:
      return otherKind(file, facts);
  }
}

const reachesDatabase = ({ imports }: Extract<FileFacts, { kind: 'ts' }>): boolean =>
  imports.some(({ spec }) => /^@prisma\/client|(^|\/)(prisma|db|database)(\/client)?$/.test(spec));

/** A module without a role: markup and hooks are the user interface, what reaches the database or is a server's is the backend. */
function otherKind(file: FileId, facts: Extract<FileFacts, { kind: 'ts' }>): PartKind {
  if (facts.functions.some(({ directives }) => directives.includes('use server'))) return 'action';
  if (facts.jsx || /\.[jt]sx$/.test(file))
    return reachesDatabase(facts) && /(^|\/)server(-only)?\//.test(file) ? 'service' : 'ui';
  if (reachesDatabase(facts)) return 'service';
  const isView = facts.imports.some(
    ({ spec, names }) =>
      /^(react|react-dom|react-native|swr|@tanstack\/react-query)$/.test(spec) &&
      // `import { cache } from 'react'` is for servers.
      !(names.length > 0 && names.every(({ imported }) => imported === 'cache')),
  );
  if (/(^|\/)(trpc|routers?|api)\//.test(file) && !isView) return 'service';
  if (
    isView ||
    /(^|\/)(components?|hooks?|ui|styles?|store|stores|features?\/[^/]+\/components)\//.test(file) ||
    /^use-?[A-Z]/.test(basename(file))
  )
    return 'ui';
  return /(^|\/)(types?|typings|i18n|locales?|messages)\//.test(file) ? 'other' : 'service';
}
