/** The engine: one façade for editor, command line, tests. No disk, no clock, no editor: texts come in, findings go out. */
import type { FileId } from './base/path.ts';
import type { Span } from './base/span.ts';
import type { ConfigOverrides } from './config/load.ts';
import { Fixer } from './edit/fixer.ts';
import { refactorings } from './edit/refactorings.ts';
import { loadShellParser } from './facts/commands.ts';
import type { FileFacts } from './facts/model.ts';
import { FACTS_VERSION } from './facts/model.ts';
import { loadSqlParser } from './facts/sql.ts';
import { buildMap, draftsOfApp, filesOfApp } from './map/build.ts';
import { placeOfDraft } from './map/declarations.ts';
import type { Declaration } from './map/declarations.ts';
import { schemaLinkAt } from './map/definition.ts';
import type { SchemaLink } from './map/definition.ts';
import { mapDocuments, missingMaps } from './map/document.ts';
import type { MapDocument } from './map/document.ts';
import type { RuleCount } from './map/markdown/problems.ts';
import type { Draft } from './map/entries.ts';
import type { BackendMap } from './map/model.ts';
import { findEntries } from './map/find.ts';
import { graphOf } from './map/graph.ts';
import type { BackendGraph } from './map/graph.ts';
import type { FoundEntry } from './map/find.ts';
import { hierarchyAt, incoming, outgoing } from './map/hierarchy.ts';
import type { HierarchyCall, HierarchyItem } from './map/hierarchy.ts';
import { hoverAt } from './map/hover.ts';
import { lensOf, lensPlaces } from './map/lens.ts';
import type { EntryLens } from './map/lens.ts';
import { migrationOf, schemaHistories } from './map/migrationHistory.ts';
import type { HistoryMigration, SchemaHistory } from './map/migrationHistory.ts';
import { projectStats } from './map/stats.ts';
import type { ProjectStats } from './map/stats.ts';
import { registeredRules } from './rules/index.generated.ts';
import { Checks } from './run/checks.ts';
import type { EditResult, Finding, FixOffer, SuppressedFinding } from './run/finding.ts';
import { Indexing } from './run/indexing.ts';
import type { IndexProgress } from './run/indexing.ts';
import type { CommittedFiles } from './workspace/history.ts';
import type { EngineHost } from './workspace/store.ts';
import { Workspace } from './workspace/workspace.ts';

export type { HistoryMigration, SchemaHistory } from './map/migrationHistory.ts';
export type { IndexProgress } from './run/indexing.ts';
export type { EngineHost } from './workspace/store.ts';
export { checkMessage } from './commit/check.ts';
export { nearestRules } from './commit/commitlint.ts';
export { suggestFitted } from './commit/fitted.ts';
export { parseMessage } from './commit/message.ts';
export { messageText } from './commit/suggest.ts';
export { touchedBy } from './commit/touched.ts';

export interface TreeFile {
  file: FileId;
  /** Bytes on disk. */
  size: number;
}

export interface FileChange {
  file: FileId;
  /** undefined: deleted or unreadable. */
  text: string | undefined;
  /** An editor holds it and its text isn't on the disk as yet. */
  unsaved?: boolean;
}

export interface EngineOptions {
  host: EngineHost;
  overrides?: ConfigOverrides;
}

export const rules = registeredRules.map(({ rule }) => rule);

const declarations = rules.map(({ meta }) => ({
  id: meta.id,
  title: meta.title,
  severity: meta.severity,
  sections: meta.sections,
  kinds: meta.kinds,
  options: meta.options,
  defaults: meta.defaults,
}));

export class Engine {
  private readonly workspace: Workspace;
  private readonly checks: Checks;
  private readonly indexing: Indexing;
  private readonly fixer: Fixer;
  private lastMap: BackendMap | undefined;

  private constructor(options: EngineOptions) {
    this.workspace = new Workspace(options.host, declarations);
    if (options.overrides) this.workspace.configurations.overrides.set('', options.overrides);
    this.checks = new Checks(this.workspace, rules, findRecipe);
    this.indexing = new Indexing(this.workspace, () => this.forget());
    this.fixer = new Fixer({
      workspace: this.workspace,
      recipe: findRecipe,
      behind: hiddenBy,
      check: (file) => this.check(file),
      apply: (changes) => this.change(changes),
    });
  }

  /** Loads the SQL and shell parsers (WebAssembly) once per process and makes an engine. */
  static async create(options: EngineOptions): Promise<Engine> {
    await Promise.all([loadSqlParser(), loadShellParser()]);
    return new Engine(options);
  }

  // --- inputs ---

  /** What was worked out for the inputs as they were. */
  private forget(): void {
    this.fixer.forget();
    this.lastMap = undefined;
  }

  /** What exists on disk; files that are not named are forgotten, but for open ones. */
  setTree(files: readonly TreeFile[]): void {
    this.forget();
    this.workspace.store.setTree(files.map(({ file }) => file));
    this.checks.retree();
    this.indexing.refill();
  }

  /** Texts of open or changed files; undefined removes a file. */
  update(changes: readonly FileChange[]): void {
    this.forget();
    this.change(changes);
  }

  private change(changes: readonly FileChange[]): void {
    // The fixer tries out texts, too.
    this.lastMap = undefined;
    const { store, index } = this.workspace;
    store.update(changes);
    const touched = changes.map(({ file }) => file);
    this.checks.touch(touched);
    index.sync(touched);
  }

  /** Migration files that the base branch has, with their texts where known; undefined when no version control says. */
  setCommitted(files: ReadonlySet<FileId> | CommittedFiles | undefined): void {
    this.forget();
    this.workspace.history.set(files);
  }

  /** What the command line or the editor's settings say above every configuration file. */
  setOverrides(overrides: ConfigOverrides): void {
    this.forget();
    this.workspace.configurations.overrides.set('', overrides);
  }

  /**
   * Extracts facts of files that nobody asked for yet, until the budget is used up.
   * @param budgetMs how long this slice may take; one file can't be cut
   * @param now a clock in milliseconds
   * @param priority files to do first
   */
  index(budgetMs: number, now: () => number, priority: readonly FileId[] = []): IndexProgress {
    return this.indexing.slice(budgetMs, now, priority);
  }

  /** Whether every file has been looked at: rules about the whole workspace speak only then. */
  get complete(): boolean {
    return this.indexing.complete;
  }

  // --- findings ---

  /** Files for which a rule failed, of those that were checked: what it would have found there is not known. */
  crashes(): FileId[] {
    return this.checks.crashes();
  }

  /** Findings of one file after suppressions, sorted; the same array while nothing changed. */
  check(file: FileId): readonly Finding[] {
    return this.checks.of(file).findings;
  }

  /** Findings of one file but for those of slow rules: for an editor that waits, while `prepare` says there is work left. */
  checkEarly(file: FileId): readonly Finding[] {
    return this.checks.early(file).findings;
  }

  /**
   * Works out what slow rules will ask of other files, one after the other.
   * @param budgetMs how long this may take; one file can't be cut
   * @param now a clock in milliseconds
   * @returns whether nothing is left, so that `check` takes no longer than for any file
   */
  prepare(file: FileId, budgetMs: number, now: () => number): boolean {
    const { store } = this.workspace;
    const kind = this.complete && store.has(file) ? store.kind(file) : undefined;
    if (kind !== 'prisma' && kind !== 'sql') return true;
    const end = now() + budgetMs;
    return this.workspace.prepareBrokenUses(file, () => now() < end);
  }

  /** Findings of one file that comments silence. */
  suppressed(file: FileId): readonly SuppressedFinding[] {
    return this.checks.of(file).suppressed;
  }

  /** Files whose findings may differ from what `check` last said, files never checked, and files that are gone; drains. */
  takeStale(): FileId[] {
    return this.checks.takeStale();
  }

  /** All files that are looked at, sorted. */
  files(): FileId[] {
    return [...this.workspace.store.list()];
  }

  /** What could not be looked at, and why: never silent. */
  problems(): { file: FileId; message: string }[] {
    return this.checks.problems();
  }

  /** Issues of configuration files with their places. */
  configIssues(file: FileId): { start: number; end: number; message: string }[] {
    return this.workspace.store.facts(file)?.kind === 'config'
      ? this.workspace.config(file).issues.filter((issue) => issue.file === file)
      : [];
  }

  // --- fixes ---

  /** The verified edits of a fix, or why it can't be done here. */
  edits(finding: Finding, offer: FixOffer): EditResult {
    return this.fixer.edits(finding, offer);
  }

  /**
   * All safe fixes of a file, repeated until nothing more can be fixed.
   * @param within looked up before each round: only findings that begin there are fixed; the whole file unless told
   */
  fixAll(file: FileId, within?: () => Span | undefined): EditResult {
    return this.fixer.fixAll(file, within);
  }

  /** Refactorings that can be tried in a range of a file, each with its place. */
  refactorings(file: FileId, range: Span): { id: string; title: string; place: Span }[] {
    return refactorings.flatMap(({ id, title, place }) => {
      const at = place(this.workspace, file, range);
      return at ? [{ id, title, place: at }] : [];
    });
  }

  /** The verified edits of a refactoring, or why it can't be done here. */
  refactor(file: FileId, id: string, place: Span): EditResult {
    const found = refactorings.find((refactoring) => refactoring.id === id);
    return found
      ? this.fixer.refactor(file, found, place)
      : { ok: false, reason: 'This refactoring is not known.' };
  }

  /** A comment that silences a finding. */
  suppress(finding: Finding, scope: 'line' | 'file'): EditResult {
    return this.fixer.suppress(finding, scope);
  }

  // --- views ---

  /** What is known about the symbol at an offset, with evidence, as Markdown. */
  hover(file: FileId, offset: number): { start: number; end: number; markdown: string } | undefined {
    return hoverAt(this.workspace, file, offset);
  }

  /** The entry points and services of a file, in the order of its text: what has a line above it. */
  lensPlaces(file: FileId): Declaration[] {
    return lensPlaces(this.workspace, file);
  }

  /** The line above an entry point or a service; undefined when it is gone. Callers are counted once the index is complete. */
  lens(file: FileId, id: string): EntryLens | undefined {
    return lensOf(this.workspace, file, id, this.indexing.complete);
  }

  /** What an offset is about, as the start of a call hierarchy: an entry point, a service, a model, or a call of one. */
  hierarchyAt(file: FileId, offset: number): HierarchyItem | undefined {
    return hierarchyAt(this.workspace, file, offset);
  }

  /** Who calls an item of a call hierarchy, with the places in the caller's file; empty when the item is gone. */
  incoming(id: string): HierarchyCall[] {
    return incoming(this.workspace, id);
  }

  /** What an item of a call hierarchy calls, reads and writes, with the places in its own file; empty when the item is gone. */
  outgoing(id: string): HierarchyCall[] {
    return outgoing(this.workspace, id);
  }

  /** Where the schema declares the model or field that code names at an offset. */
  schemaLink(file: FileId, offset: number): SchemaLink | undefined {
    return schemaLinkAt(this.workspace, file, offset);
  }

  /** Actions, routes, pages, services and models by a part of their name, the best first; none until the index is complete. */
  find(query: string, limit: number): FoundEntry[] {
    return this.indexing.complete ? findEntries(this.workspace, query, limit) : [];
  }

  /** Folders of the workspace's applications, as far as its files are known. */
  apps(): FileId[] {
    return this.workspace.project.apps('').map(({ root }) => root);
  }

  /** The map as data; the same object until an input changes: agents ask for slices of it again and again. */
  map(): BackendMap {
    return (this.lastMap ??= buildMap(this.workspace));
  }

  /**
   * What the map of each application is made of, without places. The list of an application is the same object as long as it says the
   * same: comparing it costs nothing, so that an editor can ask after each pause in typing.
   */
  mapDrafts(): { root: FileId; name: string; drafts: readonly Draft[] }[] {
    return this.workspace.project
      .apps('')
      .map(({ root, name }) => ({ root, name, drafts: draftsOfApp(this.workspace, root) }));
  }

  /** The graph of the application at a folder: the same object as long as it says the same. */
  mapGraph(root: FileId): BackendGraph {
    return graphOf(draftsOfApp(this.workspace, root));
  }

  /** Where an entry of the map stands now. */
  placeOf(draft: Draft): Declaration {
    return placeOfDraft(this.workspace, draft);
  }

  /** Where the maps of applications would be that have a backend and none. */
  missingMaps(): readonly FileId[] {
    return missingMaps(this.workspace);
  }

  /**
   * The `backend-map.md` of each application that has a backend, with the edits that make it true.
   * @param withProblems also count what is found in the application's files: every one of them is checked
   */
  mapDocuments(withProblems: boolean): MapDocument[] {
    return mapDocuments(this.workspace, withProblems ? (root) => this.countProblems(root) : undefined);
  }

  /** Errors and warnings by rule in the files of one application, but for those about the map itself. */
  private countProblems(root: FileId): RuleCount[] {
    const counts = new Map<string, RuleCount>();
    for (const file of filesOfApp(this.workspace, root))
      for (const { rule, severity } of this.check(file)) {
        if ((severity !== 'error' && severity !== 'warning') || rule === 'map-stale') continue;
        const count = counts.get(rule) ?? {
          rule,
          title: declarations.find(({ id }) => id === rule)?.title ?? '',
          errors: 0,
          warnings: 0,
        };
        counts.set(rule, count);
        if (severity === 'error') count.errors++;
        else count.warnings++;
      }
    return [...counts.values()];
  }

  /** The migrations of each PostgreSQL schema, as far as they have been indexed. */
  histories(): SchemaHistory[] {
    return schemaHistories(this.workspace);
  }

  /** What is known of one `migration.sql`; `undefined` for other files and other databases. */
  migration(file: FileId): HistoryMigration | undefined {
    const state = this.workspace.migrationState(file);
    return state && migrationOf(this.workspace, file, state.newest);
  }

  stats(): ProjectStats {
    return projectStats(this.workspace);
  }

  /** Facts of a file, for inspection. */
  facts(file: FileId): FileFacts | undefined {
    return this.workspace.store.facts(file);
  }

  text(file: FileId): string | undefined {
    return this.workspace.store.text(file);
  }

  /** Whether an editor holds a text of a file that isn't on the disk as yet. */
  isUnsaved(file: FileId): boolean {
    return this.workspace.store.unsaved(file) === true;
  }

  lines(file: FileId): readonly number[] {
    return this.workspace.store.facts(file)?.lines ?? [0];
  }

  /** How often each derived table was computed, for tests and tuning. */
  computations(): ReadonlyMap<string, number> {
    return this.workspace.db.computed;
  }

  // --- cache ---

  /** Facts for the next run, line by line: the first is a header that `loadCache` wants before each batch of others. */
  cacheLines(): Iterable<string> {
    return this.workspace.store.cacheLines(CACHE_HEADER);
  }

  /** Takes facts that an earlier run stored; what doesn't fit is ignored. Returns how many entries it took. */
  loadCache(text: string): number {
    return this.workspace.store.loadCache(text, CACHE_HEADER);
  }

  get cacheHits(): number {
    return this.workspace.store.cacheHits;
  }
}

const CACHE_HEADER = `backend-specialist facts ${FACTS_VERSION}`;

/** Rules whose findings hide those of a rule. */
export function hiddenBy(rule: string): readonly string[] {
  return registeredRules.find((registered) => registered.rule.meta.id === rule)?.rule.meta.behind ?? [];
}

function findRecipe(rule: string, id: string): (typeof registeredRules)[number]['fixes'][number] | undefined {
  return registeredRules
    .find((registered) => registered.rule.meta.id === rule)
    ?.fixes.find((fix) => fix.id === id);
}
