import { z } from 'zod';
import type { FileId } from '../../base/path.ts';
import type { BindingId, FunctionId, TsFacts, Value } from '../../facts/tsModel.ts';
import { visitSteps, visitValue } from '../../facts/visit.ts';
import { isCounter } from '../../workspace/bookkeeping.ts';
import { calledName, callIndex } from '../../workspace/callIndex.ts';
import { cacheUses, renderCached } from '../../workspace/caches.ts';
import { keptFunction } from '../../workspace/caching.ts';
import type { CacheUse } from '../../workspace/caches.ts';
import { RequestReads } from '../../workspace/requestReads.ts';
import type { RequestRead } from '../../workspace/requestReads.ts';
import type { FoundFunction } from '../../workspace/calleeResolver.ts';
import { functionKey } from '../../workspace/summary.ts';
import type { DbEffect } from '../../workspace/summary.ts';
import type { Derivation } from '../../workspace/derivation.ts';
import type { WorkspaceView } from '../../workspace/view.ts';
import { defineRule } from '../rule.ts';
import type { Report, RuleContext } from '../rule.ts';
import { missingInKey } from './captures.ts';

export const rule = defineRule({
  meta: {
    id: 'cache-safety',
    title:
      'What is cached for everybody reads nothing of the request, has all it depends on in its key, and writes nothing.',
    sections: ['S4', 'S5'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      read: '{name} is cached for everybody, but `{call}()` reads the {what} of one request. Next.js fails here, and a kept answer would reach other people. Read it outside and pass what is needed as an argument.',
      user: '`{value}` decides what this cached function answers, but the key doesn’t hold it: the first one’s data is shown to everybody. Pass it as an argument, or add it to the key.',
      key: '`{value}` decides what this cached function answers, but the key doesn’t hold it: all values get the first one’s answer. Pass it as an argument, or add it to the key.',
      inside:
        '`cache()` is called each time `{function}` runs, which makes a new cache that nobody else asks. Wrap the function once, at the top of the module.',
      write:
        '{name} is cached, but it writes {model}: a second call with the same arguments would be skipped. Keep the write out of the cache.',
      fresh:
        '`{name}` is cached by its arguments, and an object or list written here is a new one each time, so nothing is ever found again. Pass plain values.',
    },
  },
  check(context) {
    const { facts, role } = context;
    if (facts.kind !== 'ts' || role === 'client' || role === 'tooling' || role === 'generated') return;
    const uses = cacheUses(facts);
    if (uses.length > 0) checkUses(context, facts, uses);
    checkArguments(context, facts);
  },
});

type Context = RuleContext<object>;

function checkUses(context: Context, facts: TsFacts, uses: readonly CacheUse[]): void {
  const { workspace, file, report } = context;
  const reads = new RequestReads(workspace);
  for (const use of uses) {
    if (use.kind === 'use cache: private') continue;
    const cached = keptFunction(reads, file, facts, use);
    if (use.kind === 'render') {
      const made = madeAnew(facts, use);
      if (made) report(made);
    } else if (cached) {
      for (const read of reads.of(cached)) report(readReport(file, cached, use, read));
      if (use.kind === 'unstable_cache' && cached.file === file)
        for (const { name, at, isUsers } of missingInKey(reads, file, facts, use, cached.fn))
          report({
            place: { at },
            message: isUsers ? 'user' : 'key',
            data: { value: name },
            ...(isUsers ? {} : { severity: 'warning' }),
            fixes: [{ recipe: 'add-to-key' }],
          });
    }
    const written = cached && writeReport(workspace, file, use, cached);
    if (written) report(written);
  }
}

function nameOf({ name, fn, kind }: CacheUse): string {
  if (name !== '') return `\`${name}\``;
  return fn === undefined ? `What \`${kind === 'render' ? 'cache' : kind}()\` wraps` : 'This function';
}

function readReport(file: FileId, cached: FoundFunction, use: CacheUse, read: RequestRead): Report {
  const isHere = cached.file === file;
  const below = read.below ?? (isHere ? undefined : { file: cached.file, at: read.at });
  return {
    place: { at: isHere ? read.at : use.at },
    message: 'read',
    data: { name: nameOf(use), call: read.name, what: read.what },
    ...(below
      ? {
          related: [
            {
              place: { file: below.file, at: below.at },
              message: `The ${read.what} ${read.what === 'session' ? 'is' : 'are'} read here.`,
            },
          ],
        }
      : {}),
    ...(use.kind === 'use cache' && isHere && read.what === 'session'
      ? { fixes: [{ recipe: 'move-session-out' }] }
      : {}),
  };
}

/** `const find = cache(…)` in a function, or `cache(…)(id)`: used up where it is made. Handed back, it may be kept. */
function madeAnew(facts: TsFacts, { call, inside, at, b }: CacheUse): Report | undefined {
  const around = facts.functions[inside];
  if (!call || !around || inside === 0) return undefined;
  const isKept = b !== undefined && isHandedOn(facts, inside, b);
  const isCalledAtOnce = callsAtOnce(facts, inside, call);
  if ((b === undefined && !isCalledAtOnce) || isKept) return undefined;
  const name = around.name === '' ? 'the function around it' : around.name;
  return { place: { at }, message: 'inside', data: { function: name }, severity: 'warning' };
}

function callsAtOnce(facts: TsFacts, fn: FunctionId, call: Value): boolean {
  let found = false;
  visitSteps(facts.functions[fn]?.body ?? [], {
    value: (value) => {
      if (value.k === 'call' && value.fn === call) found = true;
    },
  });
  return found;
}

/** Whether a constant of a function is more than called there; a function made beside it may keep it. */
function isHandedOn(facts: TsFacts, fn: FunctionId, b: BindingId): boolean {
  let found = false;
  const lookInside = (value: Value): void => {
    if (value.k === 'ref' && value.b === b) found = true;
  };
  const look = (value: Value): boolean => {
    if (value.k === 'call' && value.fn.k === 'ref' && value.fn.b === b) {
      for (const arg of value.args) visitValue(arg, lookInside);
      return false;
    }
    lookInside(value);
    return true;
  };
  facts.functions.forEach((other, id) => {
    if (id >= fn) visitSteps(other.body, { value: id === fn ? look : lookInside });
  });
  return found;
}

function writeReport(
  workspace: WorkspaceView,
  file: FileId,
  use: CacheUse,
  cached: FoundFunction,
): Report | undefined {
  const { effects } = workspace.summary(functionKey(cached.file, cached.fn));
  const write = effects.find((effect) => isWrite(effect) && effect.sure);
  if (!write) return undefined;
  const site = [...write.trace, write].find((one) => one.file === file);
  const facts = workspace.tsFacts(file);
  const within = cached.file === file && site && facts ? placeOfCall(facts, site.at) : undefined;
  // "Find or create" is meant to happen once.
  const isOnce =
    /^(create|upsert)/.test(write.op) &&
    (write.op === 'upsert' ||
      effects.some((effect) => effect.kind === 'read' && effect.model === write.model));
  return {
    place: { at: within ?? use.at },
    message: 'write',
    data: { name: nameOf(use), model: write.model === '' ? 'the database' : write.model },
    severity: (isOnce || isCounter(write)) && use.kind === 'render' ? 'info' : 'warning',
  };
}

function isWrite({ kind }: DbEffect): boolean {
  return kind === 'write' || kind === 'raw-write';
}

/** The name of the call that stands at a place. */
function placeOfCall(facts: TsFacts, at: number): number | undefined {
  const found = callIndex(facts).get(at);
  return found && calledName(found.call)?.at;
}

/** Calls of cached functions with objects that are made for the call. Actions and handlers have no render to remember for. */
function checkArguments({ workspace, file, role, report }: Context, facts: TsFacts): void {
  if (role === 'route' || role === 'action' || role === 'proxy') return;
  const cached = cachedNames(workspace, file, facts);
  if (cached.size === 0) return;
  for (const fn of facts.functions)
    visitSteps(fn.body, {
      value: (value) => {
        if (value.k !== 'call' || value.fn.k !== 'ref' || !cached.has(value.fn.b)) return;
        if (value.args.some((arg) => arg.k === 'object' || arg.k === 'array' || arg.k === 'function'))
          report({
            place: { at: value.fn.at },
            message: 'fresh',
            data: { name: value.fn.name },
            severity: 'warning',
          });
      },
    });
}

/** Names of a file that stand for functions wrapped in React's `cache`, its own and imported ones. */
function cachedNames(workspace: WorkspaceView, file: FileId, facts: TsFacts): Set<BindingId> {
  const out = new Set(renderCached(facts));
  for (const { spec, typeOnly, names } of facts.imports) {
    if (typeOnly || names.length === 0) continue;
    const target = workspace.target(file, spec);
    if (target.t !== 'file') continue;
    for (const { imported, b } of names)
      if (workspace.derived(renderCachedExport, `${target.file}\n${imported}`)) out.add(b);
  }
  return out;
}

/** Whether an export (`file\nname`) is such a function: kept, so that importers need not look again whenever that file is edited. */
const renderCachedExport: Derivation<boolean> = {
  name: 'renderCachedExport',
  compute: (workspace, key) => {
    const [file = '', name = ''] = key.split('\n');
    return isRenderCached(workspace, file, name);
  },
};

function isRenderCached(workspace: WorkspaceView, file: FileId, name: string, depth = 0): boolean {
  const facts = workspace.tsFacts(file);
  if (!facts || depth > 3) return false;
  for (const item of facts.exports) {
    if (item.e === 'local' && item.name === name) return renderCached(facts).has(item.b);
    if (item.e !== 'from' || item.name !== name) continue;
    const target = workspace.target(file, item.spec);
    return target.t === 'file' && isRenderCached(workspace, target.file, item.imported, depth + 1);
  }
  return facts.exports.some((item) => {
    if (item.e !== 'star' || item.as !== undefined) return false;
    const target = workspace.target(file, item.spec);
    return target.t === 'file' && isRenderCached(workspace, target.file, name, depth + 1);
  });
}
