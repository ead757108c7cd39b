/** Who calls an entry of the map and what it calls: route → action → service → model, with the places of the calls. */
import type { FileId } from '../base/path.ts';
import type { Span } from '../base/span.ts';
import { spanOf } from '../facts/model.ts';
import { valuesIn } from '../facts/valueIndex.ts';
import type { FunctionKey } from '../workspace/abs.ts';
import { selfOf } from '../workspace/selfValue.ts';
import { functionKey, parseFunctionKey } from '../workspace/summary.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { draftsOfApp } from './build.ts';
import {
  bodyOf,
  calledAt,
  codeDrafts,
  declarationOf,
  enclosing,
  idOfFunction,
  modelDeclaration,
  parseId,
  placeOfDraft,
  usesOfDeclaration,
} from './declarations.ts';
import type { Declaration } from './declarations.ts';
import { modelAt } from './definition.ts';
import { entryText } from './lens.ts';
import { reachFrom } from './reach.ts';
import { directEffects } from './services.ts';
import { resolve, withInner } from './symbols.ts';
import type { TsFileFacts } from './symbols.ts';
import { touchesOf } from './touches.ts';

export interface HierarchyItem extends Declaration {
  /** What is known of it, in a line. */
  detail: string;
}

export interface HierarchyCall {
  item: HierarchyItem;
  /** Where the caller calls: offsets in the caller's file. */
  ranges: Span[];
}

/** What an offset of a file is about: a declaration of the map, a call of one, a model of the schema or an access to it. */
export function hierarchyAt(workspace: Workspace, file: FileId, offset: number): HierarchyItem | undefined {
  const facts = workspace.facts(file);
  if (facts?.kind === 'prisma') {
    const model = workspace
      .schema(file)
      ?.models.find(
        (candidate) =>
          candidate.file === file && candidate.nameSpan.start <= offset && offset <= candidate.nameSpan.end,
      );
    return model && withDetail(workspace, modelDeclaration(workspace, file, model.name));
  }
  if (facts?.kind !== 'ts') return undefined;
  const lines = facts.lines;
  for (const draft of codeDrafts(workspace, file)) {
    const place = placeOfDraft(workspace, draft);
    const { start, end } = place.range;
    const from = (lines[start.line] ?? 0) + start.character;
    const to = (lines[end.line] ?? 0) + end.character;
    if (from <= offset && offset <= to) return withDetail(workspace, place);
  }
  const model = modelAt(workspace, file, facts, offset);
  if (model) return withDetail(workspace, modelDeclaration(workspace, file, model.name));
  const called = calledAt(workspace, file, facts, offset);
  const id = called && idOfFunction(workspace, called.key);
  return id === undefined ? undefined : withDetail(workspace, declarationOf(workspace, id));
}

/** What a declaration calls and which models it reads and writes itself, in the order of its text. */
export function outgoing(workspace: Workspace, id: string): HierarchyCall[] {
  const body = bodyOf(workspace, id);
  const own = parseId(id);
  if (!body || !own) return [];
  const calls = new Map<string, Span[]>();
  const add = (to: string, place: Span | undefined): void => {
    const places = calls.get(to) ?? [];
    calls.set(to, places);
    if (place) places.push(place);
  };
  const stops = callsIn(workspace, own.file, body.key, id, add);
  const schema = workspace.schema(own.file);
  for (const effect of directEffects(workspace, body.effects, stops)) {
    const { reads, writes } = touchesOf([effect], schema);
    // A declaration's own part of the way to the access: the first call, or the access itself.
    const site = [...effect.trace, effect].find(({ file }) => file === own.file);
    const facts = site && workspace.facts(own.file);
    const place = facts && spanOf(facts, site.at);
    for (const name of new Set([...reads, ...writes])) {
      const model = schema?.model(name);
      if (model) add(`model:${model.file}#${model.name}`, place);
    }
  }
  return [...calls]
    .flatMap(([to, ranges]): HierarchyCall[] => {
      const item = withDetail(workspace, declarationOf(workspace, to));
      return item ? [{ item, ranges: inOrder(ranges) }] : [];
    })
    .toSorted((a, b) => (a.ranges[0]?.start ?? Infinity) - (b.ranges[0]?.start ?? Infinity));
}

/** Services and actions that a function calls, at the places in its own text; what lies between is looked through. */
function callsIn(
  workspace: Workspace,
  file: FileId,
  key: FunctionKey,
  own: string,
  add: (to: string, place: Span | undefined) => void,
): Set<FunctionKey> {
  const stops = new Set<FunctionKey>();
  const at = parseFunctionKey(key);
  const facts = workspace.facts(at.file);
  if (facts?.kind !== 'ts' || !facts.functions[at.fn]) return stops;
  const isNamed = (other: FunctionKey): boolean => {
    const id = idOfFunction(workspace, other);
    return id !== undefined && id !== own;
  };
  for (const { callee, name } of calleesIn(workspace, at.file, facts, at.fn)) {
    const place = at.file === file ? spanOf(facts, name) : undefined;
    const found = isNamed(callee) ? [callee] : reachFrom(workspace, [callee], [], isNamed).stops;
    for (const stop of found) {
      stops.add(stop);
      const id = idOfFunction(workspace, stop);
      if (id !== undefined) add(id, place);
    }
  }
  return stops;
}

function calleesIn(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  fn: number,
): { callee: FunctionKey; name: number }[] {
  const self = selfOf(file, facts, fn, (of, b) => workspace.moduleValue(of, b));
  return withInner(facts, fn).flatMap((id) => {
    const inner = facts.functions[id];
    if (!inner) return [];
    const named = [
      ...valuesIn(inner, 'call').map((call) => call.fn),
      ...valuesIn(inner, 'jsx').flatMap(({ tagRef }) => tagRef ?? []),
    ];
    return named.flatMap((value) => {
      const callee = resolve(workspace, file, facts, value, self);
      const isCode = callee?.k === 'closure' && workspace.role(callee.file) !== 'client';
      return isCode ? [{ callee: functionKey(callee.file, callee.fn), name: value.at }] : [];
    });
  });
}

/** Who calls a declaration or hands it on; for a model, who reads or writes it. */
export function incoming(workspace: Workspace, id: string): HierarchyCall[] {
  const parsed = parseId(id);
  if (!parsed) return [];
  if (parsed.kind === 'model') return usersOfModel(workspace, id, parsed.file, parsed.symbol);
  const calls = new Map<string, HierarchyCall>();
  for (const { file, at } of usesOfDeclaration(workspace, id)) {
    const facts = workspace.facts(file);
    if (facts?.kind !== 'ts') continue;
    const place = spanOf(facts, at);
    const item = withDetail(workspace, enclosing(workspace, file, facts, place.start));
    if (!item) continue;
    const call = calls.get(item.id);
    if (call) call.ranges.push(place);
    else calls.set(item.id, { item, ranges: [place] });
  }
  return [...calls.values()].map(({ item, ranges }) => ({ item, ranges: inOrder(ranges) }));
}

function usersOfModel(workspace: Workspace, id: string, file: FileId, name: string): HierarchyCall[] {
  const schema = workspace.schemaRoot(file)?.id;
  const users = new Map<string, HierarchyCall>();
  for (const app of workspace.project.apps(''))
    if (app.schema === schema)
      for (const draft of draftsOfApp(workspace, app.root)) {
        if (!draft.direct?.reads.has(name) && !draft.direct?.writes.has(name)) continue;
        if (users.has(draft.entry.id)) continue;
        const ranges = outgoing(workspace, draft.entry.id).find(({ item }) => item.id === id)?.ranges ?? [];
        const item = withDetail(workspace, placeOfDraft(workspace, draft));
        if (item) users.set(draft.entry.id, { item, ranges });
      }
  return [...users.values()];
}

function withDetail(workspace: Workspace, declaration: Declaration | undefined): HierarchyItem | undefined {
  if (!declaration) return undefined;
  const draft = codeDrafts(workspace, declaration.file).find(({ entry }) => entry.id === declaration.id);
  const detail = draft ? entryText(workspace, draft) : declaration.file;
  return { ...declaration, detail };
}

function inOrder(ranges: readonly Span[]): Span[] {
  return ranges
    .filter(({ start }, i) => ranges.findIndex((other) => other.start === start) === i)
    .toSorted((a, b) => a.start - b.start);
}
