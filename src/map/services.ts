/** Exported functions that do database work for others. */
import { isSame } from '../base/equal.ts';
import { given } from '../base/given.ts';
import type { FileId } from '../base/path.ts';
import type { ExportFacts, FunctionId, Value } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';
import { awaited } from '../workspace/abs.ts';
import type { Abs, FunctionKey } from '../workspace/abs.ts';
import type { Derivation } from '../workspace/derivation.ts';
import { listReads } from '../workspace/listVerdict.ts';
import type { ListVerdict } from '../workspace/listVerdict.ts';
import { functionKey, parseFunctionKey } from '../workspace/summary.ts';
import type { DbEffect, Summary } from '../workspace/summary.ts';
import type { WorkspaceView } from '../workspace/view.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Draft } from './entries.ts';
import type { DraftPlace } from './place.ts';
import { reachFrom } from './reach.ts';
import { isRouter } from './mounted.ts';
import { resolve, topLevel, withInner } from './symbols.ts';
import type { TopLevel, TsFileFacts } from './symbols.ts';
import { isTransactional, touchesOf } from './touches.ts';

interface Found {
  name: string;
  /** What people call it: its own name where it is the default export. */
  label: string;
  key: FunctionKey;
  place: DraftPlace;
  cached: boolean;
}

/** Roles whose exports may be services; the others are entry points, or no server code. */
const HOLDERS = new Set(['service', 'other', 'auth', 'db', 'validation']);
const NAMED_SERVICE =
  /(^|\/)(services?|repositor(y|ies)|dal|queries)\/|[.-](service|repository|queries|dal)\.[cm]?[jt]sx?$/i;

/** The services of a file: exported functions, methods of exported classes and objects, that reach the database. */
const servicesIn: Derivation<readonly Found[]> = {
  name: 'services',
  compute: (workspace, file) => {
    const facts = workspace.facts(file);
    if (facts?.kind !== 'ts' || !HOLDERS.has(workspace.role(file))) return [];
    return exportedFunctions(workspace, file, facts).filter(({ key }) => {
      if (registersRoutes(workspace, file, facts, parseFunctionKey(key).fn)) return false;
      const summary = workspace.summary(key);
      return (
        summary.effects.length > 0 ||
        (NAMED_SERVICE.test(file) && (summary.async || usesClient(workspace, file, facts, key)))
      );
    });
  },
  equal: isSame,
};

const REGISTRATION =
  /^(get|post|put|patch|delete|options|all|on|use|openapi|route|basePath|doc|mount|onError|notFound|openAPIRegistry|registerComponent)$/;

/** `(app) => { app.get('/notes', async (c) => …) }`: what it holds are routes, which nobody calls it for. */
function registersRoutes(workspace: Workspace, file: FileId, facts: TsFileFacts, fn: FunctionId): boolean {
  const own = facts.functions[fn];
  if (!own || own.body.length === 0) return false;
  const routers = new Set(own.params);
  let registered = 0;
  for (const step of own.body) {
    if (step.s === 'let' && step.value.k === 'lit') continue;
    if (step.s === 'let' && isRouter(workspace, file, facts, step.value)) {
      routers.add(step.b);
      continue;
    }
    if (step.s !== 'expr' && step.s !== 'return') return false;
    if (!step.value || (step.s === 'return' && step.value.k === 'ref')) continue;
    let value: Value = step.value;
    while (value.k === 'call' || value.k === 'member') {
      if (value.k === 'call' && value.fn.k === 'member' && REGISTRATION.test(value.fn.name))
        registered += value.args.filter((arg) => arg.k === 'function').length;
      value = value.k === 'call' ? value.fn : value.of;
    }
    if (value.k !== 'ref' || !routers.has(value.b)) return false;
  }
  return registered > 0;
}

/** Id of the service that a function is; of two names of one function the first counts. */
export function serviceId(workspace: WorkspaceView, key: FunctionKey): string | undefined {
  const { file } = parseFunctionKey(key);
  const found = workspace.derived(servicesIn, file).find((service) => service.key === key);
  return found && `service:${file}#${found.name}`;
}

/** The function that a service is, by the service's id. */
export function serviceKey(workspace: WorkspaceView, file: FileId, id: string): FunctionKey | undefined {
  return workspace.derived(servicesIn, file).find(({ name }) => `service:${file}#${name}` === id)?.key;
}

/** What the services of a file are called and where they stand, without what they do. */
export function serviceHeads(workspace: Workspace, file: FileId): Pick<Draft, 'entry' | 'place'>[] {
  return workspace.derived(servicesIn, file).map(({ name, label, place }) => ({
    entry: { id: `service:${file}#${name}`, kind: 'service', label, file },
    place,
  }));
}

/** The services that a file exports. */
export function servicesOf(workspace: Workspace, file: FileId): Draft[] {
  return workspace.derived(servicesIn, file).map((service) => draft(workspace, file, service));
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

function draft(workspace: Workspace, file: FileId, service: Found): Draft {
  const facts = workspace.facts(file);
  const summary = workspace.summary(service.key);
  const schema = workspace.schema(file);
  const touches = touchesOf(summary.effects, schema);
  const { stops } = reachFrom(
    workspace,
    [service.key],
    [],
    (key) => key !== service.key && serviceId(workspace, key) !== undefined,
  );
  const doc = facts?.kind === 'ts' ? facts.functions[parseFunctionKey(service.key).fn]?.doc?.text : undefined;
  const calls = idsOf(workspace, stops);
  return {
    entry: {
      id: `service:${file}#${service.name}`,
      kind: 'service',
      label: service.label,
      file,
      ...given({ doc: doc || undefined, ...namesOf(touches), list: listOf(workspace, file, summary) }),
      ...(service.cached ? { cached: true as const } : {}),
      ...(isTransactional(workspace, summary.effects) ? { transaction: true as const } : {}),
    },
    place: service.place,
    calls,
    direct: touchesOf(directEffects(workspace, summary.effects, stops), schema),
  };
}

/** From the best to the worst; what can't be told comes before what is told to be too much. */
const VERDICTS: readonly ListVerdict[] = ['lookup', 'bounded', 'unknown', 'owner', 'filtered', 'unbounded'];

/** How long the longest list can get that a function reads by its own queries. */
function listOf(workspace: Workspace, file: FileId, summary: Summary): ListVerdict | undefined {
  let worst = -1;
  for (const query of summary.queries)
    for (const { verdict } of listReads(workspace, query, workspace.conventions(file)))
      worst = Math.max(worst, VERDICTS.indexOf(verdict));
  return VERDICTS[worst];
}

/** Models as sorted lists, left out when there are none. */
export function namesOf(touches: ReturnType<typeof touchesOf>): { reads?: string[]; writes?: string[] } {
  return {
    ...(touches.reads.size > 0 ? { reads: [...touches.reads].toSorted() } : {}),
    ...(touches.writes.size > 0 ? { writes: [...touches.writes].toSorted() } : {}),
  };
}

/** Ids of the services among some functions. */
export function idsOf(workspace: WorkspaceView, keys: Iterable<FunctionKey>): string[] {
  return [...keys].flatMap((key) => serviceId(workspace, key) ?? []);
}

/** Effects that none of the called services has. */
export function directEffects(
  workspace: Workspace,
  effects: readonly DbEffect[],
  called: Iterable<FunctionKey>,
): DbEffect[] {
  const theirs = new Set(
    [...called].flatMap((key) =>
      workspace.summary(key).effects.map((effect) => `${effect.file}:${effect.at}`),
    ),
  );
  return effects.filter((effect) => !theirs.has(`${effect.file}:${effect.at}`));
}

function exportedFunctions(workspace: Workspace, file: FileId, facts: TsFileFacts): Found[] {
  const declarations = topLevel(facts);
  return facts.exports.flatMap((item, index): Found[] => {
    if (item.e === 'from' || item.e === 'star') return [];
    const declaration = item.e === 'local' ? declarations.find(({ b }) => b === item.b) : undefined;
    if (item.e === 'local' && !declaration) return [];
    return functionsIn(workspace, file, awaited(workspace.exported(file, item.name)), {
      name: item.name,
      label: labelOf(item, declaration),
      place: { at: item.at, ...(declaration ? { b: declaration.b } : { exported: index }) },
      cached: isCached(workspace, file, facts, declaration),
    });
  });
}

/** The name of an export; of the default export the name of what it exports. */
function labelOf(item: Exclude<ExportFacts, { e: 'star' }>, declaration: TopLevel | undefined): string {
  if (item.name !== 'default') return item.name;
  const named = item.e === 'value' && item.value.k === 'ref' ? item.value.name : undefined;
  return declaration?.name ?? named ?? item.name;
}

type Named = Omit<Found, 'key'>;

/** A function itself; the methods of a class, of its instance, of an object of functions. */
function functionsIn(workspace: Workspace, file: FileId, value: Abs, named: Named): Found[] {
  if (value.k === 'closure') {
    const fn = workspace.tsFacts(value.file)?.functions[value.fn];
    const cached =
      named.cached || (fn?.directives.some((directive) => directive.startsWith('use cache')) ?? false);
    // A server component draws what services have found.
    const isComponent =
      workspace.tsFacts(file)?.jsx === true && /^[A-Z]/.test(fn?.name === '' ? named.name : (fn?.name ?? ''));
    return value.file === file && !isComponent
      ? [{ ...named, key: functionKey(value.file, value.fn), cached }]
      : [];
  }
  const facts = workspace.facts(file);
  if (facts?.kind !== 'ts') return [];
  const part = (name: string, fn: FunctionId): Found[] => {
    const own = facts.functions[fn];
    return own
      ? [
          {
            name: `${named.name}.${name}`,
            label: `${named.label}.${name}`,
            key: functionKey(file, fn),
            place: { at: own.at, fn },
            cached: false,
          },
        ]
      : [];
  };
  if ((value.k === 'class' || value.k === 'instance') && value.file === file)
    return (facts.classes[value.c]?.methods ?? []).flatMap((method) =>
      method.name === 'constructor' || method.static !== (value.k === 'class')
        ? []
        : part(method.name, method.fn),
    );
  if (value.k !== 'object') return [];
  return Object.entries(value.props).flatMap(([name, member]) =>
    member.k === 'closure' && member.file === file ? part(name, member.fn) : [],
  );
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
