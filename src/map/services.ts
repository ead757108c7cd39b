/** Exported functions that do database work for others. */
import { rangeAt } from '../base/lineIndex.ts';
import type { FileId } from '../base/path.ts';
import { given } from '../base/given.ts';
import { spanOf } from '../facts/model.ts';
import { visitSteps } from '../facts/visit.ts';
import { awaited } from '../workspace/abs.ts';
import type { Abs, FunctionKey } from '../workspace/abs.ts';
import { functionKey, parseFunctionKey } from '../workspace/summary.ts';
import type { Summary } from '../workspace/summary.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Draft } from './entries.ts';
import { reachFrom } from './reach.ts';
import { extentOfValue, resolve, topLevel, withInner } from './symbols.ts';
import type { TopLevel, TsFileFacts } from './symbols.ts';
import { touchesOf } from './touches.ts';

export interface Services {
  byFile: ReadonlyMap<FileId, readonly Draft[]>;
  /** Id of the service by its function. */
  ids: ReadonlyMap<FunctionKey, string>;
}

interface Found {
  name: string;
  key: FunctionKey;
  at: number;
  whole: { start: number; end: number };
  cached: boolean;
}

/** Roles whose exports may be services; the others are entry points, or no server code. */
const HOLDERS = new Set(['service', 'other', 'auth', 'db', 'validation']);
const NAMED_SERVICE =
  /(^|\/)(services?|repositor(y|ies)|dal|queries)\/|[.-](service|repository|queries|dal)\.[cm]?[jt]sx?$/i;

/** All services of the workspace: exported functions, methods of exported classes and objects, that reach the database. */
export function findServices(workspace: Workspace): Services {
  const ids = new Map<FunctionKey, string>();
  const found = new Map<FileId, Found[]>();
  for (const file of workspace.store.list()) {
    const facts = workspace.facts(file);
    if (facts?.kind !== 'ts' || !HOLDERS.has(workspace.role(file))) continue;
    const list = exportedFunctions(workspace, file, facts).filter(({ key }) => {
      const summary = workspace.summary(key);
      return (
        summary.effects.length > 0 ||
        (NAMED_SERVICE.test(file) && (summary.async || usesClient(workspace, file, facts, key)))
      );
    });
    if (list.length === 0) continue;
    found.set(file, list);
    for (const { key, name } of list) if (!ids.has(key)) ids.set(key, `service:${file}#${name}`);
  }
  const byFile = new Map<FileId, Draft[]>();
  for (const [file, list] of found)
    byFile.set(
      file,
      list.map((service) => draft(workspace, file, service, ids)),
    );
  return { byFile, ids };
}

/** Whether a function names the client at all: methods that a client extension added are unknown, but are accesses. */
function usesClient(workspace: Workspace, file: FileId, facts: TsFileFacts, key: FunctionKey): boolean {
  let found = false;
  for (const id of withInner(facts, parseFunctionKey(key).fn))
    visitSteps(facts.functions[id]?.body ?? [], {
      value: (value) => {
        if (value.k === 'ref' && resolve(workspace, file, facts, value)?.k === 'prisma') found = true;
        return !found;
      },
    });
  return found;
}

function draft(
  workspace: Workspace,
  file: FileId,
  service: Found,
  ids: ReadonlyMap<FunctionKey, string>,
): Draft {
  const facts = workspace.facts(file);
  const lines = facts?.lines ?? [0];
  const name = facts ? spanOf(facts, service.at) : { start: 0, end: 0 };
  const summary = workspace.summary(service.key);
  const schema = workspace.schema(file);
  const touches = touchesOf(summary.effects, schema);
  const { stops } = reachFrom(workspace, [service.key], [], (key) => ids.has(key) && key !== service.key);
  const doc = facts?.kind === 'ts' ? facts.functions[parseFunctionKey(service.key).fn]?.doc?.text : undefined;
  return {
    entry: {
      id: `service:${file}#${service.name}`,
      kind: 'service',
      label: service.name,
      file,
      ...service.whole,
      range: rangeAt(lines, name.start, name.end),
      ...given({ doc: doc || undefined, ...namesOf(touches) }),
      ...(service.cached ? { cached: true as const } : {}),
      ...(summary.effects.some((effect) => effect.tx) ? { transaction: true as const } : {}),
    },
    calls: idsOf(stops, ids),
    direct: touchesOf(directEffects(workspace, summary.effects, stops), schema),
  };
}

/** Models as sorted lists, left out when there are none. */
export function namesOf(touches: ReturnType<typeof touchesOf>): { reads?: string[]; writes?: string[] } {
  return {
    ...(touches.reads.size > 0 ? { reads: [...touches.reads].toSorted() } : {}),
    ...(touches.writes.size > 0 ? { writes: [...touches.writes].toSorted() } : {}),
  };
}

export function idsOf(keys: Iterable<FunctionKey>, ids: ReadonlyMap<FunctionKey, string>): string[] {
  return [...keys].flatMap((key) => ids.get(key) ?? []);
}

/** Effects that none of the called services has. */
export function directEffects(
  workspace: Workspace,
  effects: Summary['effects'],
  called: Iterable<FunctionKey>,
): Summary['effects'] {
  const theirs = new Set(
    [...called].flatMap((key) =>
      workspace.summary(key).effects.map((effect) => `${effect.file}:${effect.at}`),
    ),
  );
  return effects.filter((effect) => !theirs.has(`${effect.file}:${effect.at}`));
}

function exportedFunctions(workspace: Workspace, file: FileId, facts: TsFileFacts): Found[] {
  const declarations = topLevel(facts);
  const out: Found[] = [];
  for (const item of facts.exports) {
    if (item.e === 'from' || item.e === 'star') continue;
    const declaration = item.e === 'local' ? declarations.find(({ b }) => b === item.b) : undefined;
    if (item.e === 'local' && !declaration) continue;
    const whole =
      declaration ?? (item.e === 'value' ? extentOfValue(facts, item.value) : spanOf(facts, item.at));
    const value = awaited(workspace.exported(file, item.name));
    const cached = isCached(workspace, file, facts, declaration);
    out.push(
      ...functionsIn(workspace, file, value, {
        name: item.name,
        at: item.at,
        whole: { start: whole.start, end: whole.end },
        cached,
      }),
    );
  }
  return out;
}

type Named = Omit<Found, 'key'>;

/** A function itself; the methods of a class, of its instance, of an object of functions. */
function functionsIn(workspace: Workspace, file: FileId, value: Abs, named: Named): Found[] {
  if (value.k === 'closure') {
    const fn = workspace.tsFacts(value.file)?.functions[value.fn];
    const cached =
      named.cached || (fn?.directives.some((directive) => directive.startsWith('use cache')) ?? false);
    return value.file === file ? [{ ...named, key: functionKey(value.file, value.fn), cached }] : [];
  }
  const facts = workspace.facts(file);
  if (facts?.kind !== 'ts') return [];
  if ((value.k === 'class' || value.k === 'instance') && value.file === file)
    return (facts.classes[value.c]?.methods ?? []).flatMap((method): Found[] => {
      const fn = facts.functions[method.fn];
      if (!fn || method.name === 'constructor' || method.static !== (value.k === 'class')) return [];
      return [
        {
          name: `${named.name}.${method.name}`,
          key: functionKey(file, method.fn),
          at: fn.at,
          whole: spanOf(facts, fn.all),
          cached: false,
        },
      ];
    });
  if (value.k !== 'object') return [];
  return Object.entries(value.props).flatMap(([name, part]): Found[] => {
    const fn = part.k === 'closure' && part.file === file ? facts.functions[part.fn] : undefined;
    if (part.k !== 'closure' || !fn) return [];
    return [
      {
        name: `${named.name}.${name}`,
        key: functionKey(file, part.fn),
        at: fn.at,
        whole: spanOf(facts, fn.all),
        cached: false,
      },
    ];
  });
}

function isCached(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  declaration: TopLevel | undefined,
): boolean {
  const value = declaration?.value;
  if (value?.k !== 'call') return false;
  const callee = resolve(workspace, file, facts, value.fn);
  return (
    callee?.k === 'package' &&
    ((callee.spec === 'react' && callee.path.at(-1) === 'cache') ||
      (callee.spec === 'next/cache' && callee.path.at(-1) === 'unstable_cache'))
  );
}
