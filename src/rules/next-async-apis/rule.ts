import { z } from 'zod';
import type { ExportFacts, TsFacts } from '../../facts/tsModel.ts';
import { visitFile } from '../../facts/visit.ts';
import { dependencyVersion } from '../../workspace/dependencies.ts';
import { defineRule } from '../rule.ts';
import type { RuleContext } from '../rule.ts';
import { syncReads } from './promises.ts';
import type { SyncRead } from './promises.ts';
import { isRouterFile, receiversOf } from './receivers.ts';

/** The release from which on the request APIs are promises, and the one that took the synchronous fallback away. */
const ASYNC = 15;
const STRICT = 16;

export const rule = defineRule({
  meta: {
    id: 'next-async-apis',
    title: 'Request data is awaited, and what Next.js 16 renamed or narrowed is written its way.',
    sections: ['S3'],
    severity: 'error',
    fix: 'safe',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      read: '`{name}` is a promise in Next.js {version}, and {what} is read from it without waiting: it is undefined, and a query that filters by it filters nothing. Await `{name}` first.',
      whole:
        '`{name}` is a promise in Next.js {version}, and is used here without waiting: there is nothing in it yet. Await `{name}` first.',
      call: '`{name}()` returns a promise in Next.js {version}, and is used here without waiting: nothing of the request can be read from it. Write `await {name}()`.',
      later:
        '`{name}` is a promise, and is read here without waiting. Next.js {version} still lets it pass with a warning, Next.js 16 does not. Await it.',
      tag: "`revalidateTag` has one argument, and Next.js 16 asks for two: the type check of a build fails. Say how stale the data may be (`{ expire: 0 }` for not at all, as before; `'max'` for served stale once), or call `updateTag` in an action.",
      file: 'This file is called `{file}`, which Next.js 16 has deprecated for `proxy`. A later release stops running it, and with it what it guards. Rename the file to `{proxy}` and its function to `proxy`: `npx @next/codemod middleware-to-proxy .`',
      export:
        '`middleware` is exported from a proxy file, where Next.js looks for `proxy` or a default export: the build stops. Name it `proxy`.',
    },
  },
  check(context) {
    const { facts, file, role, workspace } = context;
    if (facts.kind !== 'ts' || role === 'tooling' || role === 'generated') return;
    const imports = (spec: string): boolean => facts.imports.some((item) => item.spec === spec);
    const hasTags = imports('next/cache');
    if (!isRouterFile(file) && !imports('next/headers') && !hasTags && role !== 'proxy') return;
    const [major] = dependencyVersion(workspace, file, 'next') ?? [];
    if (major === undefined || major < ASYNC) return;
    const receivers = receiversOf(workspace, file, facts, major);
    const seen = new Set<string>();
    for (const read of syncReads(facts, receivers)) {
      const { source } = read;
      const id = source.of === 'call' ? `${source.at}` : `${source.receiver.fn} ${source.key}`;
      if (!seen.has(id)) reportRead(context, read, major);
      seen.add(id);
    }
    if (major < STRICT) return;
    if (hasTags) checkTags(context, facts);
    if (role === 'proxy') checkProxy(context, facts);
  },
});

function reportRead(context: RuleContext<unknown>, { source, at, member }: SyncRead, major: number): void {
  const name = source.of === 'call' ? source.name : source.key;
  const message =
    major < STRICT ? 'later' : source.of === 'call' ? 'call' : member === undefined ? 'whole' : 'read';
  context.report({
    place: { at },
    message,
    severity: major < STRICT ? 'warning' : 'error',
    data: {
      name: message === 'later' && source.of === 'call' ? `${name}()` : name,
      version: String(major),
      ...(member === undefined ? {} : { what: `\`${member}\`` }),
    },
    fixes: [
      source.of === 'call'
        ? { recipe: 'await-call', data: { name } }
        : { recipe: 'await-props', data: { name, index: source.receiver.index } },
    ],
  });
}

/** `revalidateTag(tag)`, however the function is called here. */
function checkTags(context: RuleContext<unknown>, facts: TsFacts): void {
  const functions = new Set<number>();
  const modules = new Set<number>();
  for (const { spec, names } of facts.imports)
    if (spec === 'next/cache')
      for (const { imported, b } of names) {
        if (imported === 'revalidateTag') functions.add(b);
        if (imported === '*') modules.add(b);
      }
  if (functions.size + modules.size === 0) return;
  visitFile(facts, (value) => {
    if (value.k !== 'call' || value.args.length !== 1 || value.args[0]?.k === 'spread') return;
    const { fn } = value;
    const isTag =
      (fn.k === 'ref' && functions.has(fn.b)) ||
      (fn.k === 'member' && fn.name === 'revalidateTag' && fn.of.k === 'ref' && modules.has(fn.of.b));
    if (!isTag) return;
    context.report({
      place: { at: fn.at },
      message: 'tag',
      fixes: [
        { recipe: 'expire-at-once' },
        { recipe: 'serve-stale' },
        ...(context.role === 'action' && fn.k === 'ref' ? [{ recipe: 'update-tag' }] : []),
      ],
    });
  });
}

/** `middleware.ts`, and a `proxy.ts` that still exports `middleware`. */
function checkProxy(context: RuleContext<unknown>, facts: TsFacts): void {
  const { file } = context;
  const named = facts.exports.find((item) => item.e !== 'star' && item.name === 'middleware');
  const handler = named ?? facts.exports.find((item) => item.e !== 'star' && item.name === 'default');
  if (!handler) return;
  if (/(^|\/)proxy\.[cm]?[jt]s$/.test(file)) {
    const works = facts.exports.some((item) => item.e !== 'star' && /^(proxy|default)$/.test(item.name));
    if (named && !works)
      context.report({ place: { at: named.at }, message: 'export', fixes: [{ recipe: 'name-proxy' }] });
    return;
  }
  // Only middleware may run at the edge.
  if (runsAtEdge(facts)) return;
  const name = file.slice(file.lastIndexOf('/') + 1);
  context.report({
    place: { at: headOf(facts, handler) },
    message: 'file',
    severity: 'warning',
    data: { file: name, proxy: name.replace(/^middleware/, 'proxy') },
  });
}

/** The name of what is exported, or the first word of an expression. */
function headOf(facts: TsFacts, item: ExportFacts): number {
  if (item.e !== 'value') return item.at;
  const { value } = item;
  if (value.k === 'function') return facts.functions[value.fn]?.at ?? item.at;
  return value.k === 'call' ? value.fn.at : value.at;
}

/** `export const runtime = 'edge'`, or the same in `config`. */
function runsAtEdge(facts: TsFacts): boolean {
  let found = false;
  visitFile(facts, (value) => {
    if (value.k === 'lit' && (value.v === 'edge' || value.v === 'experimental-edge')) found = true;
    return !found;
  });
  return found;
}
