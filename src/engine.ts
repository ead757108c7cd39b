/** The engine: one façade for editor, command line, tests. No disk, no clock, no editor: texts come in, findings go out. */
import { isSame } from './base/equal.ts';
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
import type { EditResult, Finding, FixOffer, SuppressedFinding } from './run/finding.ts';
import { render } from './run/render.ts';
import type { Rendered } from './run/render.ts';
import { NO_REPORTS, runRules } from './run/reports.ts';
import type { FileReports } from './run/reports.ts';
import type { Query } from './workspace/database.ts';
import type { CommittedFiles } from './workspace/history.ts';
import type { EngineHost } from './workspace/store.ts';
import { Workspace } from './workspace/workspace.ts';

export type { HistoryMigration, SchemaHistory } from './map/migrationHistory.ts';
export type { EngineHost } from './workspace/store.ts';
export { checkMessage } from './commit/check.ts';
export { commitlintFiles, ownRules, readCommitlint } from './commit/commitlint.ts';
export { suggestFitted } from './commit/fitted.ts';
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

export interface IndexProgress {
  done: number;
  total: number;
  complete: boolean;
}

export interface EngineOptions {
  host: EngineHost;
  overrides?: ConfigOverrides;
}

export const rules = registeredRules.map(({ rule }) => rule);

const ruleIds = rules.map(({ meta }) => meta.id);
const declarations = rules.map(({ meta }) => ({
  id: meta.id,
  title: meta.title,
  severity: meta.severity,
  sections: meta.sections,
  kinds: meta.kinds,
  options: meta.options,
  defaults: meta.defaults,
}));

/** Files that decide most about a project come first when everything is indexed. */
const ORDER: readonly RegExp[] = [
  /(package|tsconfig|jsconfig)[^/]*\.json$|pnpm-workspace\.yaml$|backend-specialist\.config\.json$|\.prisma$/,
  /(^|\/)(route|auth|auth\.config|env|proxy|middleware)\.[cm]?[jt]sx?$/,
  /action/i,
  /(^|\/)(services?|lib|server|db|data)\//,
  /\.sql$|\.ya?ml$|\.sh$/,
];

interface Shown {
  reports: FileReports;
  /** Identities of everything the places were computed from. */
  layouts: unknown[];
  rendered: Rendered;
}

export class Engine {
  private readonly workspace: Workspace;
  private readonly reports: Query<FileReports>;
  private readonly fixer: Fixer;
  private readonly shown = new Map<FileId, Shown>();
  private readonly never = new Set<FileId>();
  private queue: FileId[] = [];
  /** Place in the queue of the first file that was not taken yet. */
  private next = 0;
  private isComplete = false;

  private constructor(options: EngineOptions) {
    this.workspace = new Workspace(options.host, declarations);
    if (options.overrides) this.workspace.overridesInput.set('', options.overrides);
    this.reports = this.workspace.db.query('reports', (file) => this.report(file), {
      watched: true,
      equal: isSame,
    });
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

  /** What exists on disk; files that are not named are forgotten, but for open ones. */
  setTree(files: readonly TreeFile[]): void {
    this.fixer.forget();
    this.workspace.store.setTree(files.map(({ file }) => file));
    this.requeue();
  }

  /** Texts of open or changed files; undefined removes a file. */
  update(changes: readonly FileChange[]): void {
    this.fixer.forget();
    this.change(changes);
  }

  private change(changes: readonly FileChange[]): void {
    const { store, index } = this.workspace;
    store.update(changes);
    const touched = changes.map(({ file }) => file);
    for (const file of touched) {
      if (store.has(file)) {
        if (this.reports.peek(file) === undefined) this.never.add(file);
      } else this.forget(file);
    }
    index.sync(touched);
  }

  /** Migration files that the base branch has, with their texts where known; undefined when no version control says. */
  setCommitted(files: ReadonlySet<FileId> | CommittedFiles | undefined): void {
    this.fixer.forget();
    this.workspace.history.set(files);
  }

  /** What the command line or the editor's settings say above every configuration file. */
  setOverrides(overrides: ConfigOverrides): void {
    this.fixer.forget();
    this.workspace.overridesInput.set('', overrides);
  }

  private requeue(): void {
    const files = this.workspace.store.list();
    const rank = (file: FileId): number => {
      const found = ORDER.findIndex((pattern) => pattern.test(file));
      return found < 0 ? ORDER.length : found;
    };
    this.queue = files
      .filter((file) => !this.workspace.store.isLoaded(file) || !this.workspace.index.has(file))
      .toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
    this.next = 0;
    for (const file of files) if (this.reports.peek(file) === undefined) this.never.add(file);
    for (const file of this.shown.keys()) if (!this.workspace.store.has(file)) this.forget(file);
    this.workspace.index.sync([]);
    if (this.queue.length === 0) this.finish();
  }

  private forget(file: FileId): void {
    this.shown.delete(file);
    this.never.delete(file);
    this.reports.drop(file);
    this.workspace.index.sync([file]);
    this.removed.add(file);
  }

  /** Files that are gone since `takeStale` was last asked: their findings must be withdrawn. */
  private readonly removed = new Set<FileId>();

  /**
   * Extracts facts of files that nobody asked for yet, until the budget is used up.
   * @param budgetMs how long this slice may take; one file can't be cut
   * @param now a clock in milliseconds
   * @param priority files to do first
   */
  index(budgetMs: number, now: () => number, priority: readonly FileId[] = []): IndexProgress {
    const { store, index } = this.workspace;
    const end = now() + budgetMs;
    const isDue = (file: FileId): boolean => !store.isLoaded(file) || !index.has(file);
    // Also those that a check has loaded meanwhile: they still have to join the index.
    for (const file of priority) if (store.has(file) && isDue(file)) this.take(file);
    for (;;) {
      // Files that were loaded because others import them come first: their facts are not packed yet.
      const file = store.takeFresh() ?? this.queue[this.next++];
      if (file === undefined) break;
      if (!store.has(file) || !isDue(file)) continue;
      this.take(file);
      if (now() >= end) break;
    }
    if (this.next < this.queue.length)
      return {
        done: Math.min(index.size, this.queue.length - 1),
        total: this.queue.length,
        complete: this.isComplete,
      };
    this.finish();
    return { done: this.queue.length, total: this.queue.length, complete: this.isComplete };
  }

  private take(file: FileId): void {
    this.workspace.store.facts(file);
    this.workspace.index.sync([file]);
    this.fixer.forget();
  }

  private finish(): void {
    if (this.isComplete) return;
    this.fixer.forget();
    this.isComplete = true;
    this.workspace.completeInput.set('', true);
  }

  /** Whether every file has been looked at: rules about the whole workspace speak only then. */
  get complete(): boolean {
    return this.isComplete;
  }

  // --- findings ---

  private report(file: FileId): FileReports {
    const reports = this.workspace.store.exists(file)
      ? runRules(
          rules,
          file,
          this.workspace,
          this.workspace.config(file),
          this.workspace.completeInput('') ?? false,
        )
      : NO_REPORTS;
    if (reports.crashes.length > 0) this.crashed.add(file);
    else this.crashed.delete(file);
    return reports;
  }

  private readonly crashed = new Set<FileId>();

  /** Files for which a rule failed, of those that were checked: what it would have found there is not known. */
  crashes(): FileId[] {
    return [...this.crashed].toSorted();
  }

  /** Findings of one file after suppressions, sorted; the same array while nothing changed. */
  check(file: FileId): readonly Finding[] {
    return this.render(file).findings;
  }

  /** Findings of one file that comments silence. */
  suppressed(file: FileId): readonly SuppressedFinding[] {
    return this.render(file).suppressed;
  }

  private render(file: FileId): Rendered {
    this.never.delete(file);
    if (!this.workspace.store.has(file)) return { findings: [], suppressed: [] };
    const reports = this.reports(file);
    const layouts: unknown[] = [];
    const facts = (of: FileId): FileFacts | undefined => this.workspace.store.facts(of);
    const { store } = this.workspace;
    layouts.push(store.layout(file));
    for (const report of reports.reports)
      for (const { place } of report.related)
        if (place.file !== undefined) layouts.push(store.layout(place.file));
    const before = this.shown.get(file);
    if (
      before &&
      before.reports === reports &&
      before.layouts.length === layouts.length &&
      before.layouts.every((layout, i) => layout === layouts[i])
    )
      return before.rendered;
    // Only now: a file that is as it was needn't be unpacked to say so.
    const own = facts(file);
    const needsText = reports.reports.length > 0 || (own?.suppressions.length ?? 0) > 0;
    const text = needsText ? (this.workspace.store.text(file) ?? '') : '';
    const rendered = render(
      file,
      reports.reports,
      {
        facts,
        recipe: findRecipe,
        rules: ruleIds,
        excerpt: (_, start, end) => text.slice(start, end),
      },
      reports.unused,
    );
    this.shown.set(file, { reports, layouts, rendered });
    return rendered;
  }

  /** Files whose findings may differ from what `check` last said, files never checked, and files that are gone; drains. */
  takeStale(): FileId[] {
    const out = new Set([...this.workspace.db.takeStale('reports'), ...this.never, ...this.removed]);
    this.never.clear();
    this.removed.clear();
    return [...out].toSorted();
  }

  /** All files that are looked at, sorted. */
  files(): FileId[] {
    return [...this.workspace.store.list()];
  }

  /** What could not be looked at, and why: never silent. */
  problems(): { file: FileId; message: string }[] {
    const out: { file: FileId; message: string }[] = [];
    const { store } = this.workspace;
    const files = new Set([...store.unreadable, ...store.troubled, ...this.crashed]);
    for (const file of [...files].toSorted()) {
      if (store.unreadable.has(file)) {
        out.push({ file, message: 'could not be read as text' });
        continue;
      }
      const facts = store.troubled.has(file) ? store.facts(file) : undefined;
      if (facts?.kind === 'skipped' && facts.reason !== 'generated' && facts.reason !== 'unknown-kind')
        out.push({
          file,
          message: `skipped: ${facts.reason}${facts.detail === undefined ? '' : ` (${facts.detail})`}`,
        });
      const [first] = facts?.problems ?? [];
      // SQL that isn't a PostgreSQL migration may be another database's: it needn't follow this grammar.
      if (first && (facts?.kind !== 'sql' || this.workspace.migrationState(file)))
        out.push({ file, message: first.message });
      for (const crash of this.reports.peek(file)?.crashes ?? [])
        out.push({ file, message: `the rule ${crash.rule} failed: ${crash.message}` });
      if (facts?.kind === 'config')
        for (const issue of this.workspace.config(file).issues)
          if (issue.file === file) out.push({ file, message: issue.message });
    }
    return out;
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
    return lensOf(this.workspace, file, id, this.isComplete);
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
    return this.isComplete ? findEntries(this.workspace, query, limit) : [];
  }

  map(): BackendMap {
    return buildMap(this.workspace);
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
