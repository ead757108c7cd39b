/** Declarations that entries of the map and calls are about, by ids: entry points, services, models, and functions that are none. */
import { positionAt, rangeAt } from '../base/lineIndex.ts';
import type { FileId } from '../base/path.ts';
import { spanOf } from '../facts/model.ts';
import { valuesOf } from '../facts/valueIndex.ts';
import type { Location } from '../run/finding.ts';
import { awaited } from '../workspace/abs.ts';
import type { FunctionKey } from '../workspace/abs.ts';
import type { FunctionUse, NamedDeclaration } from '../workspace/actionUses.ts';
import { usesOfName } from '../workspace/actionUses.ts';
import { calledName } from '../workspace/callIndex.ts';
import type { DbEffect } from '../workspace/summary.ts';
import { functionKey } from '../workspace/summary.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { draftsOfFile } from './build.ts';
import { entryHeads, numbered } from './heads.ts';
import type { Draft } from './entries.ts';
import type { EntryKind } from './model.ts';
import { placeIn } from './place.ts';
import { serviceId, serviceKey } from './services.ts';
import { resolve, topLevel, topLevelAt } from './symbols.ts';
import type { TsFileFacts } from './symbols.ts';

/** A place with a name. `start` and `end` hold the whole declaration, `range` only its name. */
export interface Declaration extends Location {
  /** As in the map; `function:path#name` and `module:path#` for what has no entry there. */
  id: string;
  kind: EntryKind | 'function' | 'module';
  label: string;
}

/** A function with what is needed to look into it. */
export interface Body {
  key: FunctionKey;
  /** What it does, here or further down. */
  effects: readonly DbEffect[];
  named: NamedDeclaration;
}

const WITH_CODE: ReadonlySet<EntryKind> = new Set(['action', 'route', 'page', 'service']);

/** The entry points and services of a file, in the order of the map. */
export function codeDrafts(workspace: Workspace, file: FileId): Draft[] {
  return draftsOfFile(workspace, file).filter(({ entry }) => WITH_CODE.has(entry.kind));
}

export function placeOfDraft(workspace: Workspace, { entry, place }: Draft): Declaration {
  const { id, kind, label, file } = entry;
  return { id, kind, label, file, ...placeIn(workspace, file, place) };
}

/** The kind, file and name in an id. */
export function parseId(id: string): { kind: string; file: FileId; symbol: string } | undefined {
  const colon = id.indexOf(':');
  const hash = id.lastIndexOf('#');
  if (colon < 0 || hash < colon) return undefined;
  return { kind: id.slice(0, colon), file: id.slice(colon + 1, hash), symbol: id.slice(hash + 1) };
}

/** The declaration with an id, as the files are now; undefined when it is gone. */
export function declarationOf(workspace: Workspace, id: string): Declaration | undefined {
  const parsed = parseId(id);
  if (!parsed) return undefined;
  const { kind, file, symbol } = parsed;
  if (kind === 'model') return modelDeclaration(workspace, file, symbol);
  const facts = workspace.facts(file);
  if (facts?.kind !== 'ts') return undefined;
  if (kind === 'module') return moduleOf(file);
  if (kind !== 'function') {
    const draft = codeDrafts(workspace, file).find(({ entry }) => entry.id === id);
    return draft && placeOfDraft(workspace, draft);
  }
  const declared = topLevel(facts).find(({ name }) => name === symbol);
  return declared && plainFunction(file, facts, declared);
}

/** A model by its name, wherever its schema declares it. @param file any file that the schema is for, or one of its own */
export function modelDeclaration(workspace: Workspace, file: FileId, name: string): Declaration | undefined {
  const model = workspace.schema(file)?.model(name);
  if (!model) return undefined;
  const lines = workspace.facts(model.file)?.lines ?? [0];
  const { start, end } = model.nameSpan;
  return {
    id: `model:${model.file}#${model.name}`,
    kind: 'model',
    label: model.name,
    file: model.file,
    ...model.span,
    range: rangeAt(lines, start, end),
  };
}

function moduleOf(file: FileId): Declaration {
  const start = positionAt([0], 0);
  return {
    id: `module:${file}#`,
    kind: 'module',
    label: file.slice(file.lastIndexOf('/') + 1),
    file,
    start: 0,
    end: 0,
    range: { start, end: start },
  };
}

function plainFunction(
  file: FileId,
  facts: TsFileFacts,
  { name, at, start, end }: { name: string; at: number; start: number; end: number },
): Declaration {
  const own = spanOf(facts, at);
  return {
    id: `function:${file}#${name}`,
    kind: 'function',
    label: name,
    file,
    start,
    end,
    range: rangeAt(facts.lines, own.start, own.end),
  };
}

/** The smallest declaration around an offset: an entry point or service, else what stands at the top level, else the file. */
export function enclosing(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  offset: number,
): Declaration {
  const own = codeDrafts(workspace, file)
    .map((draft) => placeOfDraft(workspace, draft))
    .filter(({ start, end }) => start <= offset && offset <= end)
    .toSorted((a, b) => a.end - a.start - (b.end - b.start))[0];
  if (own) return own;
  const declared = topLevelAt(facts, offset);
  return declared ? plainFunction(file, facts, declared) : moduleOf(file);
}

/** The function behind an entry point, a service or a function; undefined for what has none, or could not be followed to one. */
export function bodyOf(workspace: Workspace, id: string): Body | undefined {
  const parsed = parseId(id);
  const facts = parsed && workspace.facts(parsed.file);
  if (!parsed || facts?.kind !== 'ts') return undefined;
  const { kind, file, symbol } = parsed;
  if (kind === 'action' || kind === 'route') {
    const head = numbered(entryHeads(workspace, file, facts)).find(({ entry }) => entry.id === id);
    if (head?.of.handler === undefined) return undefined;
    const { name, handler, effects } = head.of;
    const isExported = head.of.kind !== 'inline-action' && head.of.kind !== 'procedure';
    return { key: handler, effects, named: namedIn(facts, isExported ? name : undefined, handler, file) };
  }
  const key =
    kind === 'service'
      ? serviceKey(workspace, file, id)
      : closureKey(workspace, file, facts, kind === 'page' ? undefined : symbol);
  if (key === undefined) return undefined;
  const [name = symbol, ...members] = symbol.split('.');
  const { effects } = workspace.summary(key);
  if (kind !== 'service')
    return { key, effects, named: namedIn(facts, kind === 'page' ? 'default' : name, key, file) };
  return { key, effects, named: { ...namedIn(facts, name, undefined, file), members } };
}

/** @param name of a declaration; undefined for the default export */
function closureKey(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  name: string | undefined,
): FunctionKey | undefined {
  const declared = name === undefined ? undefined : topLevel(facts).find((item) => item.name === name);
  if (name !== undefined && !declared) return undefined;
  const value = awaited(
    declared ? workspace.moduleValue(file, declared.b) : workspace.exported(file, 'default'),
  );
  return value.k === 'closure' ? functionKey(value.file, value.fn) : undefined;
}

/** How a declaration can be named, in its file and outside. @param exported its name for others */
function namedIn(
  facts: TsFileFacts,
  exported: string | undefined,
  key: FunctionKey | undefined,
  file: FileId,
): NamedDeclaration {
  const item = facts.exports.find((candidate) => candidate.e !== 'star' && candidate.name === exported);
  const binding =
    item?.e === 'local'
      ? item.b
      : facts.bindings.findIndex(
          (candidate) => candidate.f !== undefined && functionKey(file, candidate.f) === key,
        );
  const own = exported === undefined ? -1 : topLevel(facts).findIndex(({ name }) => name === exported);
  const found = binding >= 0 ? binding : topLevel(facts)[own]?.b;
  return { binding: found, name: item ? exported : undefined, members: [] };
}

/** Where request-time code uses a declaration: calls it, or hands it on to a form, a hook, a component. */
export function usesOfDeclaration(workspace: Workspace, id: string): FunctionUse[] {
  const parsed = parseId(id);
  const body = parsed && bodyOf(workspace, id);
  // A page and a route handler are called by the framework.
  if (!body || parsed.kind === 'page' || parsed.kind === 'route') return [];
  const seen = new Set<string>();
  return usesOfName(workspace, parsed.file, body.named).filter(({ file, at }) => {
    const place = `${file}:${at}`;
    if (seen.has(place) || workspace.role(file) === 'tooling') return false;
    seen.add(place);
    return true;
  });
}

/** The id of the service or Server Action that a function is. */
export function idOfFunction(workspace: Workspace, key: FunctionKey): string | undefined {
  const service = serviceId(workspace, key);
  if (service !== undefined) return service;
  const file = key.slice(0, key.lastIndexOf('#'));
  const facts = workspace.facts(file);
  if (facts?.kind !== 'ts') return undefined;
  return numbered(entryHeads(workspace, file, facts)).find(
    ({ of, entry }) => of.handler === key && entry.kind === 'action',
  )?.entry.id;
}

/** A called name at an offset, with the function it leads to. */
export function calledAt(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  offset: number,
): { at: number; key: FunctionKey } | undefined {
  for (const call of valuesOf(facts, 'call')) {
    const name = calledName(call);
    if (!name) continue;
    const span = spanOf(facts, name.at);
    if (offset < span.start || offset > span.end) continue;
    const callee = resolve(workspace, file, facts, call.fn);
    return callee?.k === 'closure' ? { at: name.at, key: functionKey(callee.file, callee.fn) } : undefined;
  }
  return undefined;
}
