import { z } from 'zod';
import type { FileId } from '../../base/path.ts';
import { join } from '../../base/path.ts';
import type { FunctionFacts, TsFacts } from '../../facts/tsModel.ts';
import { visitFile } from '../../facts/visit.ts';
import { packageDir } from '../../project/packages.ts';
import { cacheUses } from '../../workspace/caches.ts';
import { entriesReaching } from '../../workspace/entriesReaching.ts';
import { layerOf } from '../../workspace/layering.ts';
import { functionKey } from '../../workspace/summary.ts';
import type { DbEffect, Summary } from '../../workspace/summary.ts';
import type { WorkspaceView } from '../../workspace/view.ts';
import { defineRule } from '../rule.ts';
import type { Report } from '../rule.ts';

export const rule = defineRule({
  meta: {
    id: 'service-cache',
    title: 'Read-only functions of services are wrapped in `cache()`.',
    sections: ['S4'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      rendered:
        '`{name}` reads {model} without `cache()`, and {page} renders with it. Each component and `generateMetadata` that asks for the same rows asks the database again. Wrap it in `cache()`.',
      found:
        '`{name}` reads {model} without `cache()`. Where several components of a page ask for the same rows, each asks the database again. Wrap it in `cache()`.',
    },
  },
  check({ workspace, file, role, facts, report }) {
    if (facts.kind !== 'ts' || role !== 'service' || facts.directives.length > 0) return;
    const exported = exportedFunctions(facts);
    if (exported.length === 0 || workspace.queries(file).length === 0) return;
    if (layerOf(workspace, file) !== 'service' || !hasReact(workspace, file)) return;
    const cached = cachedBindings(facts);
    const around = aroundCaches(facts);
    const { cached: caching, services } = workspace.layering(file);
    const isFollowed = caching * 2 > services;
    for (const { name, id, b } of exported) {
      const fn = facts.functions[id];
      if (!fn || cached.has(b) || around.has(id) || !isCacheable(workspace, file, facts, fn)) continue;
      const read = readOf(file, workspace.summary(functionKey(file, id)));
      if (!read) continue;
      report(reportOf(workspace, { name, at: fn.at, read, isFollowed }));
    }
  },
});

function reportOf(
  workspace: WorkspaceView,
  { name, at, read, isFollowed }: { name: string; at: number; read: DbEffect; isFollowed: boolean },
): Report {
  const data = { name, model: read.model === '' ? 'the database' : read.model };
  const common = { place: { at }, fixes: [{ recipe: 'wrap-in-cache' }] };
  // Who renders with it decides between a warning and a hint only where the project caches at all.
  const page = isFollowed
    ? entriesReaching(workspace, read).find(({ entry }) => entry.kind === 'page')
    : undefined;
  return page
    ? {
        ...common,
        message: 'rendered',
        data: { ...data, page: page.file },
        related: [{ place: { file: page.file, at: page.entry.at }, message: 'This renders with it.' }],
      }
    : { ...common, message: 'found', data, severity: 'hint' };
}

interface Exported {
  name: string;
  id: number;
  b: number;
}

/** Exported names that stand for a function itself, not for something made of one. */
function exportedFunctions(facts: TsFacts): Exported[] {
  const wanted = new Map<number, string>();
  for (const item of facts.exports)
    if (item.e === 'local' && item.name !== 'default') wanted.set(item.b, item.name);
  const out: Exported[] = [];
  for (const [b, name] of wanted) {
    const id = facts.bindings[b]?.f;
    if (id !== undefined) out.push({ name, id, b });
  }
  for (const step of facts.functions[0]?.body ?? [])
    if (step.s === 'let' && step.value.k === 'function') {
      const name = wanted.get(step.b);
      if (name !== undefined && !out.some(({ b }) => b === step.b))
        out.push({ name, id: step.value.fn, b: step.b });
    }
  return out;
}

/** Names that are handed to `cache` or `unstable_cache` in the same file. */
function cachedBindings(facts: TsFacts): ReadonlySet<number> {
  const wrappers = new Set<number>();
  for (const item of facts.imports)
    for (const named of item.names)
      if (/^(cache|unstable_cache)$/.test(named.imported)) wrappers.add(named.b);
  const out = new Set<number>();
  if (wrappers.size === 0) return out;
  visitFile(facts, (value) => {
    if (value.k !== 'call' || value.fn.k !== 'ref' || !wrappers.has(value.fn.b)) return;
    for (const arg of value.args) if (arg.k === 'ref') out.add(arg.b);
  });
  return out;
}

/** Functions that read through a cached function of their own: `(id) => unstable_cache(() => …, [id])()`. */
function aroundCaches(facts: TsFacts): ReadonlySet<number> {
  const out = new Set<number>();
  for (const { inside } of cacheUses(facts))
    for (let at: number | undefined = inside; at !== undefined && at > 0; at = facts.functions[at]?.parent)
      out.add(at);
  return out;
}

/** `cache` is a function of React's that works in Server Components: an App Router, or a package that has React. */
function hasReact(workspace: WorkspaceView, file: FileId): boolean {
  const app = workspace.app(file);
  if (app) return app.router === 'app';
  const facts = workspace.facts(join(packageDir(workspace, file), 'package.json') ?? '');
  return facts?.kind === 'package' && 'react' in facts.dependencies;
}

const PRIMITIVE = /^(string|number|boolean|bigint|null|undefined|true|false|['"`].*['"`]|-?\d+)$/;

/** Whether equal calls have equal arguments: `cache` compares objects by identity. */
function isCacheable(workspace: WorkspaceView, file: FileId, facts: TsFacts, fn: FunctionFacts): boolean {
  if (fn.generator || fn.rest || fn.directives.length > 0) return false;
  if (/Stream|Response|Iterable|Iterator/.test(fn.returnType ?? '')) return false;
  return fn.params.every((param) => {
    const type = facts.bindings[param]?.type;
    return (
      type !== undefined &&
      type
        .split('|')
        .map((part) => part.trim())
        .every(
          (part) => part === '' || PRIMITIVE.test(part) || workspace.schema(file)?.enum(part) !== undefined,
        )
    );
  });
}

/** A read that the function itself makes, when all that it does is to read. */
function readOf(file: FileId, summary: Summary): DbEffect | undefined {
  if (summary.partial || summary.invocations.length > 0 || summary.sessions.length > 0) return undefined;
  if (summary.marks.external || summary.marks.signIn || summary.marks.password) return undefined;
  if (summary.effects.some(({ kind }) => kind !== 'read' && kind !== 'raw-read')) return undefined;
  return summary.effects.find((effect) => effect.file === file && effect.sure && effect.trace.length === 0);
}
