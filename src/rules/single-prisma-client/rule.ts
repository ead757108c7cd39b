import { z } from 'zod';
import type { FileId } from '../../base/path.ts';
import type { TsFacts, Value } from '../../facts/tsModel.ts';
import { visitFile, visitValue } from '../../facts/visit.ts';
import { constructions, sharedClient } from '../../workspace/sharedClient.ts';
import type { Construction } from '../../workspace/sharedClient.ts';
import type { WorkspaceView } from '../../workspace/view.ts';
import { defineRule } from '../rule.ts';
import type { RuleContext } from '../rule.ts';
import { isLeftToOthers, storesGlobally } from './kept.ts';

export const rule = defineRule({
  meta: {
    id: 'single-prisma-client',
    title: 'There is one Prisma Client, made in the db module and kept on globalThis in development.',
    sections: ['S2', 'S4'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      second:
        'A second Prisma Client is made here, beside `{name}` of {module}. It opens connections of its own, and what the shared one is extended with (soft deletion, logging) does not apply to it. Import `{name}`.',
      perCall:
        'Each call of `{fn}` makes a Prisma Client of its own, with connections of its own: under load the database runs out of them. Import `{name}` from {module}.',
      alone:
        'A Prisma Client is made where it is used, and no module exports one for all. Every further place will open connections of its own. Make it in `lib/db.ts` and import it.',
      notKept:
        'This client is not kept on `globalThis`. In development every hot reload runs this module again and leaves a client with open connections behind, until the database refuses more. Keep it there outside of production.',
    },
  },
  check(context) {
    const { facts, file, role, workspace } = context;
    if (facts.kind !== 'ts' || ['tooling', 'generated', 'client'].includes(role)) return;
    if (!mayConstruct(facts)) return;
    const made = constructions(workspace, file, facts);
    if (made.length === 0 || runsPerRequest(facts) || isScript(context, facts)) return;
    const shared = sharedClient(workspace, file);
    if (shared?.file === file || (!shared && exportsSomething(facts) && !isEntryFile(role))) {
      if (!isReloaded(workspace, file) || storesGlobally(facts)) return;
      for (const item of made) {
        // What others do with a factory can't be told here.
        if (isLeftToOthers(facts, item)) continue;
        context.report({ place: { at: item.at }, message: 'notKept', fixes: [{ recipe: 'keep-on-global' }] });
      }
      return;
    }
    for (const item of made) reportSecond(context, facts, item, shared);
  },
});

/** Cheap test that spares nearly every file. */
function mayConstruct(facts: TsFacts): boolean {
  return facts.imports.some(
    ({ names, typeOnly, spec }) =>
      !typeOnly &&
      names.some(
        ({ imported }) =>
          imported.endsWith('PrismaClient') || (/prisma/i.test(spec) && /^(\*|default)$/.test(imported)),
      ),
  );
}

function reportSecond(
  context: RuleContext<unknown>,
  facts: TsFacts,
  item: Construction,
  shared: ReturnType<typeof sharedClient>,
): void {
  const { workspace } = context;
  const fn = functionAround(facts, item);
  const place = { at: item.at };
  if (!shared) {
    context.report({ place, message: 'alone' });
    return;
  }
  if (isOfAnotherKind(workspace, facts, item, shared.file)) return;
  const { name } = shared;
  context.report({
    place,
    message: fn === undefined ? 'second' : 'perCall',
    data: { name, module: shared.file, ...(fn === undefined ? {} : { fn }) },
    fixes: [{ recipe: 'use-shared-client', data: { module: shared.file, name } }],
    related: [{ place: { file: shared.file, span: { start: 0, end: 0 } }, message: 'The shared client.' }],
  });
}

/** Name of the function whose every call constructs; undefined at the module's level. */
function functionAround(facts: TsFacts, { fn }: Construction): string | undefined {
  for (let id = fn; id > 0; id = facts.functions[id]?.parent ?? 0) {
    const name = facts.functions[id]?.name;
    if (name !== undefined && name !== '') return name;
  }
  return fn === 0 ? undefined : 'this function';
}

/** On Workers a connection must not outlive its request: there a client for each is right. */
function runsPerRequest(facts: TsFacts): boolean {
  return facts.imports.some(({ spec }) => /cloudflare|adapter-d1|^cloudflare:/.test(spec));
}

/** A program of its own, run by hand or by a schedule: it exports nothing, and nobody imports it. */
function isScript({ role, file, workspace }: RuleContext<unknown>, facts: TsFacts): boolean {
  return !isEntryFile(role) && !exportsSomething(facts) && workspace.importers(file).length === 0;
}

function exportsSomething(facts: TsFacts): boolean {
  return facts.exports.length > 0;
}

function isEntryFile(role: string): boolean {
  return ['action', 'route', 'page', 'proxy'].includes(role);
}

/** Whether Next.js reloads a module in development: it lies in an application, or one imports it. */
function isReloaded(workspace: WorkspaceView, file: FileId): boolean {
  const seen = new Set([file]);
  for (const current of seen) {
    if (workspace.app(current)) return true;
    if (seen.size > 500) return false;
    for (const importer of workspace.importers(current)) seen.add(importer);
  }
  return false;
}

/**
 * Whether a client is another on purpose: of another schema, for the edge runtime, by another adapter, or of another database than the
 * shared one (it reads a variable that the shared module doesn't).
 */
function isOfAnotherKind(
  workspace: WorkspaceView,
  facts: TsFacts,
  { value }: Construction,
  shared: FileId,
): boolean {
  const other = workspace.tsFacts(shared);
  if (!other) return true;
  const kinds = (of: TsFacts): string[] =>
    of.imports
      .filter(
        ({ spec, names }) =>
          /^@prisma\/(adapter|extension)-/.test(spec) ||
          names.some(({ imported }) => imported === 'PrismaClient'),
      )
      .map(({ spec }) => (spec.startsWith('@prisma/adapter') ? spec : entryOf(spec)));
  const known = new Set(kinds(other));
  if (kinds(facts).some((kind) => kind !== '' && kind !== 'prisma' && !known.has(kind))) return true;
  const variables = (root: Value): Set<string> => {
    const names = new Set<string>();
    visitValue(root, (part) => {
      if (part.k === 'member' && part.of.k === 'member' && part.of.name === 'env') names.add(part.name);
      if (part.k === 'member' && part.of.k === 'ref' && part.of.name === 'env') names.add(part.name);
    });
    return names;
  };
  const own = new Set<string>();
  for (const arg of value.args) for (const name of variables(arg)) own.add(name);
  if (own.size === 0) return false;
  const theirs = new Set<string>();
  visitFile(other, (part) => {
    for (const name of variables(part)) theirs.add(name);
    return false;
  });
  return [...own].some((name) => /URL|HOST|DSN|DATABASE|DB/i.test(name) && !theirs.has(name));
}

/** Which generated client a specifier means: `edge` of `@prisma/client/edge`, `logs` of `@/generated/logs/client`. */
function entryOf(spec: string): string {
  if (spec.startsWith('@prisma/client')) return spec.split('/')[2] ?? '';
  const parts = spec.split('/').filter((part) => !/^(client|index)(\.[cm]?[jt]s)?$/.test(part));
  const last = parts.at(-1) ?? '';
  return /^(generated|db|database|prisma)$/.test(last) || spec.split('/').length < 3 ? '' : last;
}
