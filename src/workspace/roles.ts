/** What a file is for, from its place, its directives and what it contains. */
import { basename, isWithin, relativeTo } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { FileFacts } from '../facts/model.ts';
import { findVariables } from '../project/environment.ts';
import type { App, FileRole } from '../project/model.ts';

const TOOLING =
  /(^|\/)(__tests__|__mocks__|tests?|e2e|cypress|playwright|specs?|stories|\.storybook|scripts?|seeds?|seeders?|fixtures?|mocks?|benchmarks?|examples?|templates?)\//i;
/**
 * `tools/` and `integration/` at the top are for the people who build the project; a package `cli` speaks to whoever runs it; a dated
 * folder of migrations is run once, by hand or by a deployment.
 */
const TOOLING_TOP =
  /^(tools?|integration)\/|^(packages|apps)\/cli\/|(^|\/)migrations?\/\d{8,}[^/]*\/[^/]+\.[cm]?[jt]s$/;
/** Inside a router's folder names are parts of addresses: `/templates`, `/api/test`. */
const TOOLING_IN_ROUTER = /(^|\/)(__tests__|__mocks__|__fixtures__|\.storybook)\//i;
/** `lib/prisma.ts` and `next-auth.ts` are the project's own code, `prisma.config.ts` and `seed.ts` are not. */
const TOOLING_NAME =
  /(\.(test|spec|stories|bench|cy|e2e|config|setup|workspace|mock|fixture)\.[cm]?[jt]sx?$)|^(seed(s|er)?|next-env\.d|vitest|jest)\b.*\.[cm]?[jt]sx?$/i;

const SCRIPT_NAME =
  /^(backfill|check|clean|cleanup|create|delete|dump|export|find|fix|generate|import|load|make|migrate|purge|remove|reset|run|sync|test|update)-[\w-]+\.[cm]?js$/;

export interface RoleInput {
  file: FileId;
  facts: FileFacts;
  app: App | undefined;
  generated: boolean;
}

/** The role by place and content; whether a file is reached only by client code is decided on top of it. */
export function roleOf({ file, facts, app, generated }: RoleInput): FileRole {
  if (generated || (facts.kind === 'skipped' && facts.reason === 'generated')) return 'generated';
  if (facts.kind === 'prisma') return 'schema';
  if (facts.kind === 'sql' || file.endsWith('.sql'))
    return /(^|\/)migrations\//.test(file) ? 'migration' : 'tooling';
  if (facts.kind !== 'ts') return 'config';
  const inside = app ? relativeTo(app.root, file) : file;
  const path = inside.startsWith('src/') ? inside.slice(4) : inside;
  const name = basename(file);
  const stem = name.replace(/(\.d)?\.[cm]?[jt]sx?$/, '');
  if (isTooling(path, name)) return 'tooling';
  // A route's methods are called with requests, also where somebody has written 'use server' above them.
  if (app && ((isWithin('app', path) && stem === 'route') || isWithin('pages/api', path))) return 'route';
  if (facts.directives.includes('use server')) return 'action';
  if (facts.directives.includes('use client')) return 'client';
  if (app) {
    if (isWithin('app', path)) {
      if (
        /^(page|layout|template|default|not-found|loading|forbidden|unauthorized|opengraph-image|sitemap|robots|manifest|icon)$/.test(
          stem,
        )
      )
        return 'page';
      if (/^(error|global-error)$/.test(stem)) return 'client';
    }
    if (isWithin('pages', path)) return 'page';
    if (/^(proxy|middleware)$/.test(path.replace(/\.[cm]?[jt]s$/, ''))) return 'proxy';
    if (/^instrumentation(-client)?\.[cm]?[jt]s$/.test(path)) return 'tooling';
  }
  if (
    /^env(\.(mjs|server|client))?$/.test(stem) ||
    /(^|\/)env\/(index|server|client)\.[cm]?[jt]s$/.test(path)
  )
    return 'env';
  if (/^auth(\.config)?$/.test(stem)) return 'auth';
  if (createsClient(facts)) return 'db';
  if (validatesEnvironment(facts)) return 'env';
  if (
    facts.imports.some(
      (item) =>
        AUTH_MAKERS.test(item.spec) &&
        item.names.some((named) => !named.typeOnly && /^(default|betterAuth)$/.test(named.imported)),
    )
  )
    return 'auth';
  if (
    /(^|\/)(validations?|validators?|schemas?|zod)\//.test(path) ||
    /\.(schema|validation|validator)$/.test(stem)
  )
    return 'validation';
  if (/(^|\/)(server|models)\//.test(path) || isServicePath(path)) return 'service';
  return 'other';
}

/** Whether a path names the service layer outright; `server/` and `models/` hold other things as well. */
export function isServicePath(path: string): boolean {
  return (
    /(^|\/)(services?|repositor(y|ies)|data|dal|queries|dao)\//.test(path) ||
    /[.-](service|repository|queries|dal)\.[cm]?[jt]sx?$/.test(path)
  );
}

/** Whether a path alone says tests, scripts, configuration; seen from the workspace's root. */
export function isToolingPath(file: FileId): boolean {
  return isTooling(file, basename(file));
}

function isTooling(path: string, name: string): boolean {
  // `auth.config.ts` is the part of Auth.js that the proxy loads, not the configuration of a tool.
  const isConfig = TOOLING_NAME.test(name) && !/^auth\.config\.[cm]?[jt]s$/.test(name);
  if (isConfig) return true;
  // `delete-team.js` beside package.json is run by hand.
  if (!path.includes('/') && SCRIPT_NAME.test(name)) return true;
  const router = /(^|\/)(src\/)?(app|pages)\//.exec(path);
  const above = router ? path.slice(0, router.index + 1) : path;
  if (TOOLING.test(above) || TOOLING_TOP.test(path) || (router && TOOLING_IN_ROUTER.test(path))) return true;
  return (
    /(^|\/)prisma\/(?!.*schema)[^/]*\.[cm]?[jt]s$/.test(path) && /seed|script|backfill|migrate/i.test(name)
  );
}

/** Modules whose default export or `betterAuth` makes the authentication of a project. */
const AUTH_MAKERS = /^(next-auth|better-auth|better-auth\/minimal)$/;

/** Whether the file is the one that checks the environment against a schema. */
function validatesEnvironment(facts: Extract<FileFacts, { kind: 'ts' }>): boolean {
  return (
    facts.imports.some((item) => /^(zod|valibot|@t3-oss\/env)/.test(item.spec)) &&
    findVariables(facts).length > 0
  );
}

/** Whether the file itself constructs a Prisma client. */
function createsClient(facts: Extract<FileFacts, { kind: 'ts' }>): boolean {
  return (
    facts.imports.some((item) =>
      item.names.some((named) => named.imported === 'PrismaClient' && !named.typeOnly),
    ) && JSON.stringify(facts.functions).includes('"k":"new","fn":{"k":"ref","name":"PrismaClient"')
  );
}
