/** Actions, route handlers and pages of the map. */
import { basename } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import { given } from '../base/given.ts';
import { spanOf } from '../facts/model.ts';
import type { Value } from '../facts/tsModel.ts';
import { valuesOf } from '../facts/valueIndex.ts';
import type { Proof } from '../workspace/abs.ts';
import { analyse } from '../workspace/entries.ts';
import type { Entry } from '../workspace/entries.ts';
import { guardOf } from '../workspace/guardState.ts';
import type { Guard, GuardSubject } from '../workspace/guardState.ts';
import type { Location } from '../run/finding.ts';
import { BOTTOM, parseFunctionKey } from '../workspace/summary.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { MapEntry } from './model.ts';
import type { DraftPlace } from './place.ts';
import { mountedIn } from './mounted.ts';
import { mountedSubject } from './mountedGuard.ts';
import { callsOfPage } from './pageActions.ts';
import { entryHeads } from './heads.ts';
import { deedsOf } from './deeds.ts';
import { reachFrom } from './reach.ts';
import type { Reach } from './reach.ts';
import { routePath } from '../project/routePath.ts';
import { resultOf } from './result.ts';
import { directEffects, idsOf, namesOf, serviceId } from './services.ts';
import { declarationSite, topLevel, topLevelAt } from './symbols.ts';
import type { TsFileFacts } from './symbols.ts';
import { isTransactional, noteWrite, touchesOf } from './touches.ts';
import type { Touches } from './touches.ts';

/** An entry without its place. */
export type EntryDraft = Omit<MapEntry, keyof Location> & { file: FileId };

/** An entry with what its edges are made of. */
export interface Draft {
  entry: EntryDraft;
  place: DraftPlace;
  /** Ids of the services it calls. */
  calls?: readonly string[];
  /** Ids of the schemas it parses with. */
  schemas?: readonly string[];
  /** The function of another file that guards it. */
  guard?: Pick<Draft, 'entry' | 'place'>;
  /** What it touches itself, not through a service. */
  direct?: Touches;
}

/** Exported and inline Server Actions, and the methods of a route handler. */
export function entriesOf(workspace: Workspace, file: FileId): Draft[] {
  const facts = workspace.facts(file);
  if (facts?.kind !== 'ts') return [];
  return entryHeads(workspace, file, facts).map(({ of, entry, place }): Draft => {
    const { parts, ...common } = subjectDraft(workspace, file, facts, of);
    return { ...common, place, entry: { ...entry, ...parts, ...given({ result: resultOf(of) }) } };
  });
}

/** A page, layout or other server file of the router that touches the backend; it may well be guarded. */
export function pagesOf(workspace: Workspace, file: FileId): Draft[] {
  const facts = workspace.facts(file);
  const role = workspace.role(file);
  const isClient = role === 'client' && CLIENT_PAGE.test(file);
  if (facts?.kind !== 'ts' || (role !== 'page' && !isClient)) return [];
  const app = workspace.app(file);
  const path = app && routePath(app, file);
  const index = facts.exports.findIndex((item) => item.e !== 'star' && item.name === 'default');
  const exported = facts.exports[index];
  if (path === undefined || !exported || exported.e === 'star') return [];
  const asked = callsOfPage(workspace, file);
  const stem = basename(file).replace(/\.[cm]?[jt]sx?$/, '');
  const place = { at: exported.at, ...(exported.e === 'local' ? { b: exported.b } : { exported: index }) };
  const head = {
    id: `page:${file}#default`,
    kind: 'page' as const,
    label: stem === 'page' || PAGES_ROUTER.test(file) ? path : `${path} (${stem})`,
    file,
    path,
  };
  // It runs in the browser, where nothing but an action or a request leads to rows.
  if (isClient) return asked.length === 0 ? [] : [{ entry: head, place, calls: asked }];
  const listed = workspace.entries(file).find((entry) => entry.kind === 'page' && entry.name === 'default');
  const data = facts.exports.find((item) => item.e !== 'star' && PAGE_DATA.test(item.name));
  const subject =
    data && data.e !== 'star'
      ? subjectOf(workspace, file, data.name)
      : (listed ?? subjectOf(workspace, file));
  const extra = facts.exports.flatMap((item) => {
    if (item.e === 'star' || !ASIDE.test(item.name)) return [];
    const value = workspace.exported(file, item.name);
    return value.k === 'closure' ? workspace.summary(`${value.file}#${value.fn}`).effects : [];
  });
  const { parts, ...common } = subjectDraft(workspace, file, facts, subject, extra);
  const touches = parts.reads !== undefined || parts.writes !== undefined;
  if (!touches && asked.length === 0) return [];
  // Of a page that only shows a form, nothing needs a guard.
  if (!touches && parts.guard === 'unknown')
    for (const name of ['guard', 'guardDetail'] as const) delete parts[name];
  // The component of the pages router: what it parses is what somebody types, in their own browser.
  const runsInBrowser = !data && PAGES_ROUTER.test(file);
  if (runsInBrowser) delete parts.validation;
  return [
    {
      ...common,
      ...(runsInBrowser ? { schemas: [] } : {}),
      calls: [...(common.calls ?? []), ...asked],
      place,
      entry: { ...head, ...parts },
    },
  ];
}

const PAGES_ROUTER = /(^|\/)pages\//;
/** A page of the app router that runs in the browser as a whole. */
const CLIENT_PAGE = /(^|\/)page\.[jt]sx?$/;
/** The server's part of a page of the pages router; its component runs in the browser as well. */
const PAGE_DATA = /^get(ServerSide|Static)Props$/;
/** What a page does besides rendering. */
const ASIDE = /^(generate(Metadata|StaticParams)|getStaticPaths)$/;

/** A page that the entry points don't list, looked at as one. */
function subjectOf(workspace: Workspace, file: FileId, name = 'default'): GuardSubject {
  const analysis = analyse(workspace, workspace.exported(file, name), { home: file, unsure: false }, 0);
  return { ...analysis, name, tags: [], wrapperProof: analysis.proof };
}

interface Common extends Omit<Draft, 'entry' | 'place'> {
  parts: Partial<EntryDraft>;
}

function subjectDraft(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  subject: GuardSubject & Partial<Pick<Entry, 'at' | 'kind'>>,
  extra: Entry['effects'] = [],
): Common {
  const declared = declaredAs(facts, subject);
  const reach = reachOf(workspace, file, facts, subject, declared);
  const mounted =
    declared && subject.handler === undefined && subject.kind === 'route'
      ? mountedSubject(workspace, file, facts, declared, subject.name)
      : undefined;
  const rendered = componentEffects(workspace, subject, reach);
  const guard = mounted
    ? guardOf(workspace, file, mounted)
    : guardWith(workspace, file, subject, [...extra, ...shownAfterProof(workspace, subject, rendered)]);
  const effects = [...subject.effects, ...extra, ...rendered];
  const schema = workspace.schema(file);
  const touches = touchesOf(effects, schema);
  const handler = subject.handler === undefined ? undefined : parseFunctionKey(subject.handler);
  const doc = handler?.file === file ? facts.functions[handler.fn]?.doc?.text : undefined;
  const deeds = deedsOf(workspace, reach);
  for (const [model, operation] of deeds.libraryWrites) noteWrite(touches, model, operation);
  const validation = [...new Set(reach.schemas.map(({ name }) => name))].toSorted();
  const parts: Partial<EntryDraft> = {
    ...(doc ? { doc } : {}),
    guard: guard.state,
    guardDetail:
      guard.proof && guard.proof.kind !== 'session' ? `${guard.proof.kind}: ${guard.reason}` : guard.reason,
    ...(guard.proof ? { guardKind: guard.proof.kind } : {}),
    ...(guard.roles && guard.roles.length > 0 ? { roles: guard.roles } : {}),
    ...namesOf(touches),
    ...(touches.operations.size > 0 ? { operations: operationsOf(touches) } : {}),
    ...(validation.length > 0 ? { validation } : {}),
    ...(deeds.revalidates.length > 0 ? { revalidates: deeds.revalidates } : {}),
    ...(isTransactional(workspace, effects) ? { transaction: true as const } : {}),
  };
  const guarding = guardEntry(workspace, guard, file, subject);
  return {
    parts,
    calls: idsOf(workspace, reach.stops),
    schemas: reach.schemas.flatMap((used) =>
      used.file === undefined ? [] : [`validation:${used.file}#${used.name}`],
    ),
    ...(guarding ? { guard: guarding } : {}),
    direct: touchesOf(directEffects(workspace, effects, reach.stops), schema),
  };
}

/** The expression that an exported name stands for. */
function declaredAs(
  facts: TsFileFacts,
  subject: GuardSubject & Partial<Pick<Entry, 'kind'>>,
): Value | undefined {
  if (subject.kind === 'inline-action') return undefined;
  const exported = facts.exports.find((item) => item.e !== 'star' && item.name === subject.name);
  if (exported?.e === 'local') return topLevel(facts).find(({ b }) => b === exported.b)?.value;
  return exported?.e === 'value' ? exported.value : undefined;
}

function reachOf(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  subject: GuardSubject & Partial<Pick<Entry, 'kind' | 'at'>>,
  declared: Value | undefined,
): Reach {
  const around = subject.kind === 'procedure' ? procedureAt(facts, subject.at) : declared;
  const mounted =
    around && subject.handler === undefined && subject.kind === 'route'
      ? mountedIn(workspace, file, facts, around, subject.name)
      : undefined;
  return reachFrom(
    workspace,
    subject.handler === undefined ? (mounted?.functions ?? []) : [subject.handler],
    [...(around ? chainOf(workspace, file, facts, around, 0) : []), ...(mounted?.values ?? [])],
    (key) => key !== subject.handler && serviceId(workspace, key) !== undefined,
  );
}

/** What a router's property with a name's place is: `teamProcedure.input(schema).mutation(…)`. */
function procedureAt(facts: TsFileFacts, at: number | undefined): Value | undefined {
  for (const object of valuesOf(facts, 'object'))
    for (const property of object.props)
      if (property.p === 'prop' && property.at === at) return property.value;
  return undefined;
}

const MAX_LINKS = 4;

/** A chain of calls, and those that it goes on from: `const teamProcedure = procedure.input(team).use(…)` in another file. */
function chainOf(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  value: Value,
  depth: number,
): { file: FileId; value: Value }[] {
  const own = { file, value };
  let root = value;
  while (root.k === 'call' || root.k === 'member') root = root.k === 'call' ? root.fn : root.of;
  if (value.k !== 'call' || root.k !== 'ref' || depth > MAX_LINKS) return [own];
  const from = declarationSite(workspace, file, facts, root.b);
  const theirs = from && workspace.facts(from.file);
  if (theirs?.kind !== 'ts' || !from) return [own];
  const before = topLevel(theirs).find(({ name }) => name === from.name)?.value;
  return before ? [own, ...chainOf(workspace, from.file, theirs, before, depth + 1)] : [own];
}

/** The guard of what an entry point does itself and, where nothing guards that, of what a page renders and does aside. */
function guardWith(
  workspace: Workspace,
  file: FileId,
  subject: GuardSubject & Partial<Pick<Entry, 'kind'>>,
  more: Entry['effects'],
): Guard {
  const own = guardOf(workspace, file, subject);
  if (own.state === 'guarded' || (subject.kind ?? 'page') !== 'page') return own;
  // Which path of the page leads to them is not followed: what they don't prove themselves, the page may have.
  const theirs = more.map((effect) => ({ ...effect, unsure: effect.unsure || !effect.proof }));
  return guardOf(workspace, file, { ...subject, effects: [...subject.effects, ...theirs] });
}

/** What server components that a page renders do. */
function componentEffects(workspace: Workspace, subject: GuardSubject, reach: Reach): Entry['effects'] {
  const keys = new Set(
    [...reach.seen, ...reach.stops].filter(
      (key) => key !== subject.handler && (reach.stops.has(key) || serviceId(workspace, key) === undefined),
    ),
  );
  const known = new Set(subject.effects.map((effect) => `${effect.file}:${effect.at}`));
  return [...keys]
    .flatMap((key) => workspace.summary(key).effects)
    .filter((effect) => !known.has(`${effect.file}:${effect.at}`));
}

/** What components do that a page shows only to callers that it has proved, with that proof where they have none themselves. */
function shownAfterProof(
  workspace: Workspace,
  { handler }: GuardSubject,
  effects: Entry['effects'],
): Entry['effects'] {
  const { renderings } = handler === undefined ? BOTTOM : workspace.summary(handler);
  const [first] = renderings.filter(({ proof }) => proof);
  if (!first || effects.length === 0) return effects;
  const open = renderings.flatMap(({ target, proof }) => (proof ? [] : [target]));
  const { seen } = reachFrom(workspace, open, [], () => false);
  const unproved = new Set(
    [...seen].flatMap((key) => workspace.summary(key).effects.map(({ file, at }) => `${file}:${at}`)),
  );
  return effects.map((effect) =>
    effect.proof || unproved.has(`${effect.file}:${effect.at}`)
      ? effect
      : { ...effect, ...given({ proof: first.proof, roles: first.roles }) },
  );
}

function operationsOf({ operations }: Touches): { [model: string]: string[] } {
  return Object.fromEntries([...operations].map(([model, list]) => [model, [...list].toSorted()]));
}

/** The helper, wrapper or action client in the project that the proof begins in, unless that is the entry itself. */
function guardEntry(workspace: Workspace, guard: Guard, file: FileId, subject: GuardSubject): Draft['guard'] {
  if (!guard.proof) return undefined;
  const handler = subject.handler === undefined ? undefined : parseFunctionKey(subject.handler);
  return guardSymbol(
    workspace,
    guard.proof,
    (step) => step.file === file && (handler === undefined || handler.file === file),
  );
}

/** The first declaration of a proof's path that stands outside of the code it protects. */
function guardSymbol(
  workspace: Workspace,
  proof: Proof,
  isOwn: (step: Proof['steps'][number]) => boolean,
): Draft['guard'] {
  for (const step of proof.steps) {
    if (isOwn(step)) continue;
    const facts = workspace.facts(step.file);
    if (facts?.kind !== 'ts') continue;
    const declaration = topLevelAt(facts, spanOf(facts, step.at).start);
    if (!declaration) continue;
    return {
      entry: {
        id: `guard:${step.file}#${declaration.name}`,
        kind: 'guard',
        label: declaration.name,
        file: step.file,
      },
      place: { at: declaration.at, b: declaration.b },
    };
  }
  return undefined;
}
