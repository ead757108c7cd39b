/** The entries of a folder's maps by group, file and id, with what was found inside each; kept as long as nothing of it changed. */
import { isSame } from '../../src/base/equal.ts';
import type { FileId } from '../../src/base/path.ts';
import type { Engine } from '../../src/engine.ts';
import type { EntryKind } from '../../src/map/model.ts';
import type { GroupKind } from '../../src/protocol/map.ts';
import type { FindingCounts } from '../../src/protocol/requests.ts';
import type { Finding } from '../../src/run/finding.ts';
import type { FileResult, Folder } from '../folder.ts';

type App = ReturnType<Engine['mapDrafts']>[number];
export type Draft = App['drafts'][number];

/** Groups of entries in the order of the tree. */
export const groups: readonly { kind: Exclude<GroupKind, 'problems'>; of: EntryKind; label: string }[] = [
  { kind: 'actions', of: 'action', label: 'Actions' },
  { kind: 'routes', of: 'route', label: 'Routes' },
  { kind: 'services', of: 'service', label: 'Services' },
  { kind: 'models', of: 'model', label: 'Models' },
  { kind: 'pages', of: 'page', label: 'Pages' },
  { kind: 'validation', of: 'validation', label: 'Validation' },
  { kind: 'env', of: 'env', label: 'Env' },
  { kind: 'migrations', of: 'migration', label: 'Migrations' },
];

const groupOf = new Map<EntryKind, GroupKind>(groups.map(({ kind, of }) => [of, kind]));

export const noFindings: Readonly<FindingCounts> = { error: 0, warning: 0, info: 0, hint: 0 };

export function addCounts(into: FindingCounts, more: FindingCounts): void {
  into.error += more.error;
  into.warning += more.warning;
  into.info += more.info;
  into.hint += more.hint;
}

/** What was found inside one entry. */
export interface Inside {
  counts: FindingCounts;
  fixable: boolean;
}

const nothingInside: Inside = { counts: noFindings, fixable: false };

/** One application's entries. */
export class AppIndex {
  readonly app: App;
  readonly #byGroup = new Map<GroupKind, Draft[]>();
  readonly #byFile = new Map<FileId, Draft[]>();
  readonly #inside = new WeakMap<FileResult, Map<string, Inside>>();
  #byId: Map<string, Draft> | undefined;

  constructor(app: App) {
    this.app = app;
    for (const draft of app.drafts) {
      const kind = groupOf.get(draft.entry.kind);
      if (kind === undefined) continue;
      push(this.#byGroup, kind, draft);
      push(this.#byFile, draft.entry.file, draft);
    }
  }

  group(kind: GroupKind): readonly Draft[] {
    return this.#byGroup.get(kind) ?? [];
  }

  ofFile(file: FileId): readonly Draft[] {
    return this.#byFile.get(file) ?? [];
  }

  entry(id: string): Draft | undefined {
    this.#byId ??= new Map(this.app.drafts.map((draft) => [draft.entry.id, draft]));
    return this.#byId.get(id);
  }

  /** The groups whose entries are not those of another index of the application. */
  differing(other: AppIndex): GroupKind[] {
    return groups.flatMap(({ kind }) => (isSame(this.group(kind), other.group(kind)) ? [] : [kind]));
  }

  /** Findings inside an entry; places are looked up only in files that have any. */
  inside(folder: Folder, draft: Draft): Inside {
    const result = folder.results().get(draft.entry.file);
    if (!result || result.findings.length === 0) return nothingInside;
    return this.#insideOf(folder, draft.entry.file, result).get(draft.entry.id) ?? nothingInside;
  }

  #insideOf(folder: Folder, file: FileId, result: FileResult): Map<string, Inside> {
    const known = this.#inside.get(result);
    if (known) return known;
    const out = new Map<string, Inside>();
    const { engine } = folder;
    if (engine)
      for (const draft of this.ofFile(file)) {
        const { start, end } = engine.placeOf(draft);
        const own = result.findings.filter((finding) => finding.start >= start && finding.start < end);
        if (own.length > 0) out.set(draft.entry.id, { counts: countOf(own), fixable: own.some(hasSafeFix) });
      }
    this.#inside.set(result, out);
    return out;
  }

  /** What is found in the entries of a file, as a text that differs when it does. */
  signature(folder: Folder, file: FileId): string {
    return JSON.stringify(this.ofFile(file).map((draft) => this.inside(folder, draft)));
  }

  /** Findings inside the entries of a group. */
  total(folder: Folder, kind: GroupKind): FindingCounts {
    const sum = { ...noFindings };
    for (const [file, { findings }] of folder.results())
      if (findings.length > 0)
        for (const draft of this.ofFile(file))
          if (groupOf.get(draft.entry.kind) === kind) addCounts(sum, this.inside(folder, draft).counts);
    return sum;
  }

  groupsOfFile(file: FileId): Set<GroupKind> {
    return new Set(this.ofFile(file).flatMap(({ entry }) => groupOf.get(entry.kind) ?? []));
  }
}

export const hasSafeFix = ({ fixes }: Finding): boolean => fixes.some(({ trust }) => trust === 'safe');

export function countOf(findings: readonly Finding[]): FindingCounts {
  const counts = { ...noFindings };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
