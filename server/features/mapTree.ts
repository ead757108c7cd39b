/** The Backend Map of one folder as rows of a tree, made level by level. */
import path from 'node:path';
import type { FileId } from '../../src/base/path.ts';
import type { GroupKind, MapNodeData } from '../../src/protocol/map.ts';
import type { FindingCounts } from '../../src/protocol/requests.ts';
import type { Finding } from '../../src/run/finding.ts';
import type { Folder } from '../folder.ts';
import { uriOfPath } from '../uris.ts';
import { addCounts, AppIndex, groups, noFindings, type Draft } from './mapIndex.ts';
import { findingRows, ruleRows } from './mapProblems.ts';
import { bare, idOf, type Address } from './mapRows.ts';

/** A longer list is split by folders: nobody reads it, and drawing it takes time. */
const longList = 100;

/** Words of a filter; all of them have to be in an entry. */
export function wordsOf(filter: string | undefined): readonly string[] {
  return (filter ?? '').toLowerCase().match(/\S+/g) ?? [];
}

export class MapTree {
  readonly folder: Folder;
  #apps: AppIndex[] = [];
  /** What was found in the entries of a file when it was last looked at. */
  readonly #seen = new Map<FileId, string>();
  #structure = '';

  constructor(folder: Folder) {
    this.folder = folder;
  }

  /** The applications as they are now. */
  apps(): readonly AppIndex[] {
    const before = new Map(this.#apps.map((index) => [index.app.root, index]));
    this.#apps = (this.folder.engine?.mapDrafts() ?? []).map((app) => {
      const known = before.get(app.root);
      return known?.app.drafts === app.drafts && known.app.name === app.name ? known : new AppIndex(app);
    });
    return this.#apps;
  }

  /**
   * What is no longer as it was when this was last asked.
   * @param files whose findings changed
   * @returns ids of groups; undefined when the first levels differ
   */
  changes(files: Iterable<FileId>): string[] | undefined {
    const before = new Map(this.#apps.map((index) => [index.app.root, index]));
    const apps = this.apps();
    const structure = this.#shape(apps);
    const wasStructure = this.#structure;
    this.#structure = structure;
    const out = new Set<string>();
    for (const index of apps) {
      const known = before.get(index.app.root);
      if (known && known !== index)
        for (const kind of index.differing(known)) out.add(idOf([this.folder.root, index.app.root, kind]));
    }
    for (const file of files) {
      const rules = (this.folder.results().get(file)?.findings ?? []).map(
        ({ rule, severity, fingerprint }) => [rule, severity, fingerprint],
      );
      const signature = JSON.stringify([rules, apps.map((index) => index.signature(this.folder, file))]);
      if (this.#seen.get(file) === signature) continue;
      this.#seen.set(file, signature);
      out.add(idOf([this.folder.root, null, 'problems']));
      for (const index of apps)
        for (const kind of index.groupsOfFile(file)) out.add(idOf([this.folder.root, index.app.root, kind]));
    }
    return structure === wasStructure ? [...out] : undefined;
  }

  /** What the first levels of the tree are made of, but for counts. */
  #shape(apps: readonly AppIndex[]): string {
    return JSON.stringify([
      this.folder.complete,
      this.folder.engine?.missingMaps(),
      apps.map((index) => [
        index.app.root,
        index.app.name,
        groups.map(({ kind }) => index.group(kind).length > 0),
      ]),
    ]);
  }

  /** The rows of the first level that are of this folder. @param alone whether no other folder has an application */
  roots(words: readonly string[], alone: boolean): MapNodeData[] {
    const apps = this.apps();
    // What is answered is what changes are counted from.
    this.#structure = this.#shape(apps);
    const missing = words.length === 0 && this.folder.complete ? this.#missing() : [];
    const [only] = apps;
    const rows =
      only && apps.length === 1 && alone
        ? this.#groups(only, words)
        : apps.map((index) => this.#app(index)).filter(({ count }) => count !== 0);
    return [...missing, ...rows, ...this.#problems(words, alone)];
  }

  /** The rows below one; none when it is gone. */
  children([, app, group, row]: Address, words: readonly string[]): MapNodeData[] {
    if (group === 'problems')
      return row === undefined ? ruleRows(this.folder, words) : findingRows(this.folder, row);
    const index = this.apps().find((one) => one.app.root === app);
    if (!index) return [];
    if (group === undefined) return this.#groups(index, words);
    const drafts = this.#matching(index, group, words);
    const split = drafts.length > longList ? byFolder(drafts) : undefined;
    if (row !== undefined) return this.#entries(index, group, split?.get(row) ?? []);
    if (!split || split.size < 2) return this.#entries(index, group, drafts);
    return [...split].map(([name, own]) => this.#folder(index, group, name, own));
  }

  /** The rows from the first level down to the entry around a place. @param offset UTF-16 */
  path(file: FileId, offset: number, alone: boolean): MapNodeData[] {
    const { engine } = this.folder;
    const apps = this.apps();
    if (!engine) return [];
    for (const index of apps) {
      const around = index
        .ofFile(file)
        .map((draft) => ({ draft, ...engine.placeOf(draft) }))
        .filter(({ start, end }) => start <= offset && offset <= end)
        .toSorted((a, b) => a.end - a.start - (b.end - b.start));
      const [inner] = around;
      const kind = groups.find(({ of }) => of === inner?.draft.entry.kind)?.kind;
      if (!inner || !kind) continue;
      const address: Address = [this.folder.root, index.app.root, kind];
      const group = this.#groups(index, []).find(({ id }) => id === idOf(address));
      if (!group) continue;
      const below = this.children(address, []);
      const wanted = idOf([this.folder.root, index.app.root, kind, inner.draft.entry.id]);
      const direct = below.find(({ id }) => id === wanted);
      const above = apps.length === 1 && alone ? [group] : [this.#app(index), group];
      if (direct) return [...above, direct];
      const split = byFolder(index.group(kind));
      const name = [...split].find(([, own]) => own.includes(inner.draft))?.[0];
      const folder =
        name === undefined
          ? undefined
          : below.find(({ id }) => id === idOf([this.folder.root, index.app.root, kind, name]));
      const [entry] = this.#entries(index, kind, [inner.draft]);
      return folder && entry ? [...above, folder, entry] : [];
    }
    return [];
  }

  /** The entry that a row stands for. */
  entry([, app, , row]: Address): Draft | undefined {
    const index = this.apps().find((one) => one.app.root === app);
    return row === undefined ? undefined : index?.entry(row);
  }

  /** The finding that a row stands for. */
  finding([, , group, row]: Address): Finding | undefined {
    if (group !== 'problems' || row === undefined) return undefined;
    for (const { findings } of this.folder.results().values())
      for (const finding of findings) if (finding.fingerprint === row) return finding;
    return undefined;
  }

  #missing(): MapNodeData[] {
    return (this.folder.engine?.missingMaps() ?? []).map((file) => ({
      ...bare,
      id: idOf([this.folder.root, null, 'problems', `missing:${file}`]),
      kind: 'missing',
      of: 'missing',
      label: 'Write the Backend Map…',
      description: file,
      findings: noFindings,
      file: this.folder.uriOf(file),
      details: ['There is no backend-map.md yet: the map as a document, for people, reviews and agents.'],
    }));
  }

  #app(index: AppIndex): MapNodeData {
    const { root, name } = index.app;
    const findings = { ...noFindings };
    let count = 0;
    for (const { kind } of groups) {
      count += index.group(kind).length;
      addCounts(findings, index.total(this.folder, kind));
    }
    return {
      ...bare,
      id: idOf([this.folder.root, root]),
      kind: 'app',
      of: 'app',
      label: name === '' ? this.folder.name : name,
      ...(root === '' ? {} : { description: root }),
      hasChildren: true,
      open: true,
      count,
      findings,
      file: uriOfPath(root === '' ? this.folder.root : this.folder.host.absolute(root)),
    };
  }

  #groups(index: AppIndex, words: readonly string[]): MapNodeData[] {
    return groups.flatMap(({ kind, label }): MapNodeData[] => {
      const drafts = this.#matching(index, kind, words);
      if (drafts.length === 0) return [];
      return [
        {
          ...bare,
          id: idOf([this.folder.root, index.app.root, kind]),
          kind: 'group',
          of: kind,
          label,
          hasChildren: true,
          open: words.length > 0 || kind === 'actions' || kind === 'routes',
          count: drafts.length,
          findings: words.length > 0 ? this.#sum(index, drafts) : index.total(this.folder, kind),
        },
      ];
    });
  }

  #folder(index: AppIndex, group: GroupKind, name: string, drafts: readonly Draft[]): MapNodeData {
    return {
      ...bare,
      id: idOf([this.folder.root, index.app.root, group, name]),
      kind: 'folder',
      of: group,
      label: name.slice('dir:'.length) || '.',
      hasChildren: true,
      open: false,
      count: drafts.length,
      findings: this.#sum(index, drafts),
    };
  }

  #sum(index: AppIndex, drafts: readonly Draft[]): FindingCounts {
    const sum = { ...noFindings };
    for (const draft of drafts) addCounts(sum, index.inside(this.folder, draft).counts);
    return sum;
  }

  #entries(index: AppIndex, group: GroupKind, drafts: readonly Draft[]): MapNodeData[] {
    return drafts.map((draft): MapNodeData => {
      const { entry } = draft;
      const { counts, fixable } = index.inside(this.folder, draft);
      const touches = [
        ...(entry.reads?.length ? [`reads ${entry.reads.join(', ')}`] : []),
        ...(entry.writes?.length ? [`writes ${entry.writes.join(', ')}`] : []),
      ];
      const description = entry.detail ?? (touches.length > 0 ? touches.join(' · ') : undefined);
      return {
        ...bare,
        id: idOf([this.folder.root, index.app.root, group, entry.id]),
        kind: 'entry',
        of: entry.kind,
        label: entry.label,
        ...(description === undefined ? {} : { description }),
        findings: counts,
        file: this.folder.uriOf(entry.file),
        ...(entry.guard === undefined ? {} : { guard: entry.guard }),
        details: [
          ...(entry.doc === undefined ? [] : [entry.doc]),
          ...(entry.guardDetail === undefined ? [] : [`guard: ${entry.guardDetail}`]),
          ...(entry.roles?.length ? [`roles: ${entry.roles.join(', ')}`] : []),
          ...(entry.validation?.length ? [`validates with ${entry.validation.join(', ')}`] : []),
          ...touches,
          ...(entry.transaction ? ['in a transaction'] : []),
          ...(entry.revalidates?.length ? [`revalidates ${entry.revalidates.join(', ')}`] : []),
          ...(entry.cached ? ['cached'] : []),
          ...(entry.list === undefined ? [] : [`list: ${entry.list}`]),
          ...(entry.owner === undefined ? [] : [`owner: ${entry.owner}`]),
        ],
        reference: entry.id.slice(entry.id.indexOf(':') + 1).replace(/#$/, ''),
        callers: /^(action|service|model|validation)$/.test(entry.kind),
        fixable,
      };
    });
  }

  #matching(index: AppIndex, group: GroupKind, words: readonly string[]): readonly Draft[] {
    const drafts = index.group(group);
    if (words.length === 0) return drafts;
    return drafts.filter((draft) => {
      const text = searchable(draft);
      return words.every((word) => {
        if (/^problems?$/.test(word)) {
          const { error, warning } = index.inside(this.folder, draft).counts;
          if (error + warning > 0) return true;
        }
        return draft.entry.guard?.startsWith(word) === true || text.includes(word);
      });
    });
  }

  #problems(words: readonly string[], alone: boolean): MapNodeData[] {
    const rules = ruleRows(this.folder, words);
    if (rules.length === 0) return [];
    const findings = { ...noFindings };
    for (const rule of rules) addCounts(findings, rule.findings);
    return [
      {
        ...bare,
        id: idOf([this.folder.root, null, 'problems']),
        kind: 'group',
        of: 'problems',
        label: 'Problems',
        ...(alone ? {} : { description: this.folder.name }),
        hasChildren: true,
        open: false,
        count: rules.reduce((sum, { count }) => sum + (count ?? 0), 0),
        findings,
      },
    ];
  }
}

const texts = new WeakMap<Draft, string>();

/** What a filter looks at. */
function searchable(draft: Draft): string {
  const known = texts.get(draft);
  if (known !== undefined) return known;
  const { label, file, reads, writes, roles, validation, detail, transaction, cached, list } = draft.entry;
  const parts = [label, file, ...(reads ?? []), ...(writes ?? []), ...(roles ?? []), ...(validation ?? [])];
  const flags = [transaction ? 'transaction' : '', cached ? 'cached' : '', list ?? '', detail ?? ''];
  const text = [...parts, ...flags].join('\n').toLowerCase();
  texts.set(draft, text);
  return text;
}

/** Entries by the folder of their file, of as many levels as give a list that can be read; keys begin with `dir:`. */
function byFolder(drafts: readonly Draft[]): Map<string, Draft[]> {
  for (let depth = 12; ; depth--) {
    const out = new Map<string, Draft[]>();
    for (const draft of drafts) {
      const name = `dir:${path.posix.dirname(draft.entry.file).split('/').slice(0, depth).join('/')}`;
      const list = out.get(name);
      if (list) list.push(draft);
      else out.set(name, [draft]);
    }
    if (out.size <= longList || depth === 1) return out;
  }
}
