/** The Server Actions and route handlers that a page leads to: by the components that it shows, in the browser too, and the hooks that those use. */
import { isSame } from '../base/equal.ts';
import type { FileId } from '../base/path.ts';
import { spanOf } from '../facts/model.ts';
import type { Value } from '../facts/tsModel.ts';
import { valuesOf } from '../facts/valueIndex.ts';
import type { FileRole } from '../project/model.ts';
import type { Derivation } from '../workspace/derivation.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { entryHeads, numbered } from './heads.ts';
import { requestsIn } from './requests.ts';
import { declarationSite, extentOfValue, topLevel } from './symbols.ts';
import type { Extent, TsFileFacts } from './symbols.ts';

/** What the text of one declaration names. */
interface Uses {
  /** Ids of actions and route handlers. */
  calls: readonly string[];
  /** Other declarations, as `file\nname`. */
  declarations: readonly string[];
}

const MAX_DECLARATIONS = 400;

/**
 * Ids of the actions that a page, its components and their hooks call or hand on, and of the route handlers that they ask, in
 * alphabetical order. Told by names, without running anything; procedures of a router, which components name by paths of their own, are not followed.
 * @param page a file with a default export
 */
export function callsOfPage(workspace: Workspace, page: FileId): string[] {
  const found = new Set<string>();
  const seen = new Set<string>([`${page}\n${defaultName(workspace, page)}`]);
  for (const declaration of seen) {
    if (seen.size > MAX_DECLARATIONS) break;
    const [file = '', name = ''] = declaration.split('\n');
    const uses = workspace.derived(usesInFile, file)[name];
    for (const id of uses?.calls ?? []) found.add(id);
    for (const next of uses?.declarations ?? []) seen.add(next);
  }
  return [...found].toSorted();
}

function defaultName(workspace: Workspace, file: FileId): string {
  const facts = workspace.facts(file);
  if (facts?.kind !== 'ts') return 'default';
  const item = facts.exports.find((other) => other.e !== 'star' && other.name === 'default');
  return (item?.e === 'local' ? facts.bindings[item.b]?.name : undefined) ?? 'default';
}

/** Code that draws, or that what draws uses; services and the like call no Server Actions for a page. */
const DRAWS: ReadonlySet<FileRole> = new Set<FileRole>(['page', 'client', 'other']);

/** By the names of the file's top level, `default` for an exported expression. */
const usesInFile: Derivation<{ readonly [name: string]: Uses }> = {
  name: 'callsNamed',
  compute: (workspace, file) => {
    const facts = workspace.facts(file);
    if (facts?.kind !== 'ts' || !DRAWS.has(workspace.role(file))) return {};
    const sites = sitesIn(workspace, file, facts);
    const here = [...inlineActions(workspace, file, facts), ...requestsIn(workspace, file, facts)];
    const out: { [name: string]: Uses } = {};
    for (const { name, start, end } of declarationsOf(facts)) {
      const isWithin = ({ at }: { at: number }): boolean => start <= at && at < end;
      const calls = new Set(here.filter(isWithin).map(({ id }) => id));
      const declarations = new Set<string>();
      for (const site of sites) {
        if (!isWithin(site)) continue;
        const role = workspace.role(site.file);
        const action = role === 'action' ? workspace.derived(actionsByName, site.file)[site.name] : undefined;
        if (action !== undefined) calls.add(action);
        else if (DRAWS.has(role)) declarations.add(`${site.file}\n${site.name}`);
      }
      if (calls.size + declarations.size > 0)
        out[name] = { calls: [...calls].toSorted(), declarations: [...declarations].toSorted() };
    }
    return out;
  },
  equal: isSame,
};

function declarationsOf(facts: TsFileFacts): (Extent & { name: string })[] {
  const exported = facts.exports.flatMap((item) =>
    item.e === 'value' && item.name === 'default'
      ? [{ name: 'default', ...extentOfValue(facts, item.value) }]
      : [],
  );
  return [...topLevel(facts), ...exported];
}

/** A name of a file's top level, and the offset at which something else names it. */
interface Site {
  file: FileId;
  name: string;
  at: number;
}

/** What the names of a file lead to; `import('./dialog')` leads to what is exported as default. */
function sitesIn(workspace: Workspace, file: FileId, facts: TsFileFacts): Site[] {
  const known = new Map<number, Omit<Site, 'at'> | undefined>();
  const siteOf = (b: number): Omit<Site, 'at'> | undefined => {
    if (!known.has(b)) known.set(b, declarationSite(workspace, file, facts, b));
    return known.get(b);
  };
  const offset = ({ at }: Pick<Value, 'at'>): number => spanOf(facts, at).start;
  const named = valuesOf(facts, 'ref').flatMap((ref): Site[] => {
    const site = facts.bindings[ref.b]?.fn === 0 ? siteOf(ref.b) : undefined;
    return site ? [{ ...site, at: offset(ref) }] : [];
  });
  // `import * as actions from './actions'`
  const members = valuesOf(facts, 'member').flatMap((member): Site[] => {
    const site = member.of.k === 'ref' ? siteOf(member.of.b) : undefined;
    return site?.name === '*' ? [{ file: site.file, name: member.name, at: offset(member) }] : [];
  });
  const later = valuesOf(facts, 'import').flatMap((value): Site[] => {
    const target = workspace.target(file, value.spec);
    return target.t === 'file'
      ? [{ file: target.file, name: defaultName(workspace, target.file), at: offset(value) }]
      : [];
  });
  return [...named, ...members, ...later];
}

/** Ids of the actions that stand inside of functions, with the offsets of their names. */
function inlineActions(workspace: Workspace, file: FileId, facts: TsFileFacts): { id: string; at: number }[] {
  if (!facts.functions.some((fn) => fn.directives.includes('use server'))) return [];
  return numbered(entryHeads(workspace, file, facts)).flatMap(({ of, entry }) =>
    of.kind === 'inline-action' ? [{ id: entry.id, at: spanOf(facts, of.at).start }] : [],
  );
}

/** Ids of the actions that a file exports, by the names under which others and the file itself know them. */
const actionsByName: Derivation<{ readonly [name: string]: string }> = {
  name: 'actionsByName',
  compute: (workspace, file) => {
    const facts = workspace.facts(file);
    if (facts?.kind !== 'ts') return {};
    const out: { [name: string]: string } = {};
    for (const { of, entry } of numbered(entryHeads(workspace, file, facts))) {
      if (of.kind !== 'action') continue;
      const item = facts.exports.find((other) => other.e === 'local' && other.name === of.name);
      const own = item?.e === 'local' ? facts.bindings[item.b]?.name : undefined;
      out[of.name] = entry.id;
      if (own !== undefined) out[own] ??= entry.id;
    }
    return out;
  },
  equal: isSame,
};
