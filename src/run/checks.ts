/** What the rules say of each file, kept: reports by content, findings with their places, and which of them may be stale. */
import { isSame } from '../base/equal.ts';
import type { FileId } from '../base/path.ts';
import type { FixRecipe } from '../edit/fix.ts';
import type { FileFacts } from '../facts/model.ts';
import type { Rule } from '../rules/rule.ts';
import type { Query } from '../workspace/database.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { render } from './render.ts';
import type { Rendered } from './render.ts';
import { NO_REPORTS, runRules } from './reports.ts';
import type { FileReports } from './reports.ts';

interface Shown {
  reports: FileReports;
  /** Identities of everything the places were computed from. */
  layouts: unknown[];
  rendered: Rendered;
}

const NOTHING: Rendered = { findings: [], suppressed: [] };

export class Checks {
  private readonly workspace: Workspace;
  private readonly rules: readonly Rule[];
  private readonly ruleIds: readonly string[];
  private readonly recipe: (rule: string, id: string) => FixRecipe | undefined;
  private readonly reports: Query<FileReports>;
  /** Without those of slow rules. */
  private readonly earlyReports: Query<FileReports>;
  private readonly shown = new Map<FileId, Shown>();
  private readonly never = new Set<FileId>();
  /** Files that are gone since `takeStale` was last asked: their findings must be withdrawn. */
  private readonly removed = new Set<FileId>();
  private readonly crashed = new Set<FileId>();

  constructor(
    workspace: Workspace,
    rules: readonly Rule[],
    recipe: (rule: string, id: string) => FixRecipe | undefined,
  ) {
    this.workspace = workspace;
    this.rules = rules;
    this.ruleIds = rules.map(({ meta }) => meta.id);
    this.recipe = recipe;
    this.reports = workspace.db.query('reports', (file) => this.report(file), {
      watched: true,
      equal: isSame,
    });
    const quick = rules.filter(({ meta }) => meta.slow !== true);
    this.earlyReports = workspace.db.query('earlyReports', (file) => this.run(quick, file));
  }

  /** The tree has other files. */
  retree(): void {
    const { store } = this.workspace;
    for (const file of store.list()) this.expect(file);
    for (const file of this.shown.keys()) if (!store.has(file)) this.forget(file);
  }

  /** These files have other texts, or are gone. */
  touch(files: readonly FileId[]): void {
    for (const file of files)
      if (this.workspace.store.has(file)) this.expect(file);
      else this.forget(file);
  }

  private expect(file: FileId): void {
    if (this.reports.peek(file) === undefined) this.never.add(file);
  }

  private forget(file: FileId): void {
    this.shown.delete(file);
    this.never.delete(file);
    this.reports.drop(file);
    this.earlyReports.drop(file);
    this.workspace.index.sync([file]);
    this.removed.add(file);
  }

  private report(file: FileId): FileReports {
    const reports = this.run(this.rules, file);
    if (reports.crashes.length > 0) this.crashed.add(file);
    else this.crashed.delete(file);
    return reports;
  }

  private run(rules: readonly Rule[], file: FileId): FileReports {
    const { workspace } = this;
    return workspace.store.exists(file)
      ? runRules(rules, file, workspace, workspace.config(file), workspace.completeInput('') ?? false)
      : NO_REPORTS;
  }

  /** Files for which a rule failed, of those that were checked: what it would have found there is not known. */
  crashes(): FileId[] {
    return [...this.crashed].toSorted();
  }

  /** Findings of one file and those that comments silence, sorted; the same object while nothing changed. */
  of(file: FileId): Rendered {
    this.never.delete(file);
    const { store } = this.workspace;
    if (!store.has(file)) return NOTHING;
    const reports = this.reports(file);
    const layouts: unknown[] = [store.layout(file)];
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
    const rendered = this.render(file, reports);
    this.shown.set(file, { reports, layouts, rendered });
    return rendered;
  }

  /** Findings of one file but for those of slow rules; nothing of it is kept but the reports. */
  early(file: FileId): Rendered {
    return this.workspace.store.has(file) ? this.render(file, this.earlyReports(file)) : NOTHING;
  }

  /** Unpacks the file: not for one that is as it was. */
  private render(file: FileId, reports: FileReports): Rendered {
    const { store } = this.workspace;
    const facts = (of: FileId): FileFacts | undefined => store.facts(of);
    const needsText = reports.reports.length > 0 || (facts(file)?.suppressions.length ?? 0) > 0;
    const text = needsText ? (store.text(file) ?? '') : '';
    return render(
      file,
      reports.reports,
      {
        facts,
        recipe: this.recipe,
        rules: this.ruleIds,
        excerpt: (_, start, end) => text.slice(start, end),
      },
      reports.unused,
    );
  }

  /** Files whose findings may differ from what was last said, files never checked, and files that are gone, sorted; drains. */
  takeStale(): FileId[] {
    const out = new Set([...this.workspace.db.takeStale('reports'), ...this.never, ...this.removed]);
    this.never.clear();
    this.removed.clear();
    return [...out].toSorted();
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
}
