/**
 * Computes the edits of a fix and proves them before they are offered: the result parses, the finding is gone, nothing new of
 * ours appears that weighs as much. The proof runs on the live engine with the new texts, which are taken back at once: the incremental
 * database makes that as cheap as one keystroke.
 */
import type { ts } from 'ts-morph';
import type { FileId } from '../base/path.ts';
import type { Span } from '../base/span.ts';
import { parseTs } from '../facts/parseTs.ts';
import type { EditResult, FileEdits, Finding, FixOffer, TextEdit } from '../run/finding.ts';
import type { Severity } from '../rules/rule.ts';
import { suppressionEdit } from './suppressionEdits.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { applyEdits, minimalEdit, overlap } from './applyEdits.ts';
import type { EditContext, FixOutcome, FixRecipe } from './fix.ts';
import { isInMarkup } from './markup.ts';
import type { Refactoring } from './refactorings.ts';

export interface FixerOptions {
  workspace: Workspace;
  recipe(rule: string, id: string): FixRecipe | undefined;
  /** Rules whose findings hide those of a rule. */
  behind(rule: string): readonly string[];
  check(file: FileId): readonly Finding[];
  apply(changes: { file: FileId; text: string | undefined }[]): void;
}

const MAX_ROUNDS = 10;
const NOWHERE: Span = { start: 0, end: 0 };

export class Fixer {
  private readonly options: FixerOptions;

  constructor(options: FixerOptions) {
    this.options = options;
  }

  /** Findings of the workspace as it is: a proof takes its change back, so that the next one starts from the same. */
  private readonly known = new Map<FileId, readonly Finding[]>();

  /** To be called when the workspace changes other than by a proof. */
  forget(): void {
    this.known.clear();
  }

  /** Findings of a file while no change is being tried. */
  private found(file: FileId): readonly Finding[] {
    let findings = this.known.get(file);
    if (!findings) {
      findings = this.options.check(file);
      this.known.set(file, findings);
    }
    return findings;
  }

  edits(finding: Finding, offer: FixOffer): EditResult {
    const current = this.found(finding.file).find((other) => other.fingerprint === finding.fingerprint);
    if (!current) return { ok: false, reason: 'The code has changed: the finding is no longer there.' };
    const own = current.fixes.find((other) => other.recipe === offer.recipe) ?? offer;
    const computed = this.compute(current, own);
    if ('refuse' in computed) return { ok: false, reason: computed.refuse };
    const reason = this.verify(current, computed.changes);
    return reason === undefined
      ? { ok: true, title: own.title, changes: computed.changes }
      : { ok: false, reason };
  }

  /** The proved edits of a refactoring: it may bring hints, and what was found in code that moves is found again. */
  refactor(file: FileId, refactoring: Refactoring, place: Span): EditResult {
    const computed = this.outcome(file, (context) => refactoring.edit(context, place));
    if ('refuse' in computed) return { ok: false, reason: computed.refuse };
    const reason = this.prove({ file, rule: '', severity: 'info' }, computed.changes, () => undefined);
    return reason === undefined
      ? { ok: true, title: refactoring.title, changes: computed.changes }
      : { ok: false, reason };
  }

  /** @param within looked up before each round: only findings that begin there are fixed */
  fixAll(file: FileId, within?: () => Span | undefined): EditResult {
    const { workspace } = this.options;
    const before = new Map<FileId, string | undefined>();
    const original = (of: FileId): string | undefined => {
      if (!before.has(of)) before.set(of, workspace.store.text(of));
      return before.get(of);
    };
    original(file);
    try {
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const batch = this.safeBatch(file, within ? (within() ?? NOWHERE) : undefined);
        if (batch.size === 0) break;
        const changes = [...batch].map(([target, edits]) => ({
          file: target,
          text: applyEdits(original(target) === undefined ? '' : (workspace.store.text(target) ?? ''), edits),
        }));
        this.options.apply(changes);
        this.forget();
      }
      const changes = [...before].flatMap(([target, text]): FileEdits[] => {
        const now = workspace.store.text(target);
        if (now === undefined || now === text) return [];
        return [{ file: target, create: text === undefined, edits: [minimalEdit(text ?? '', now)] }];
      });
      return { ok: true, title: 'Fix all safe problems', changes };
    } finally {
      this.options.apply([...before].map(([target, text]) => ({ file: target, text })));
      this.forget();
    }
  }

  suppress(finding: Finding, scope: 'line' | 'file'): EditResult {
    const text = this.options.workspace.store.text(finding.file);
    if (text === undefined) return { ok: false, reason: 'The file can no longer be read.' };
    const isTs = this.options.workspace.tsFacts(finding.file) !== undefined;
    const lineStart = finding.start - finding.range.start.character;
    return suppressionEdit(
      finding,
      scope,
      text,
      isTs && isInMarkup(parseTs(finding.file, text, true), lineStart),
    );
  }

  /** Edits of all safe fixes that neither overlap nor fail, by file. */
  private safeBatch(file: FileId, within: Span | undefined): Map<FileId, TextEdit[]> {
    const batch = new Map<FileId, TextEdit[]>();
    for (const finding of this.found(file)) {
      if (within && (finding.start < within.start || finding.start >= within.end)) continue;
      const offer = finding.fixes.find((fix) => fix.trust === 'safe');
      if (!offer) continue;
      const computed = this.compute(finding, offer);
      if ('refuse' in computed || computed.changes.some((change) => change.create || change.remove)) continue;
      if (computed.changes.some((change) => overlap(batch.get(change.file) ?? [], change.edits))) continue;
      if (this.verify(finding, computed.changes) !== undefined) continue;
      for (const change of computed.changes)
        batch.set(change.file, [...(batch.get(change.file) ?? []), ...change.edits]);
    }
    return batch;
  }

  private compute(finding: Finding, offer: FixOffer): FixOutcome {
    const recipe = this.options.recipe(finding.rule, offer.recipe);
    if (!recipe) return { refuse: 'The fix is no longer known.' };
    return this.outcome(finding.file, (context) => recipe.edit({ ...context, finding, data: offer.data }));
  }

  /** What a recipe makes of a file; its failure is a refusal. */
  private outcome(file: FileId, edit: (context: EditContext) => FixOutcome): FixOutcome {
    const { workspace } = this.options;
    const facts = workspace.facts(file);
    const text = workspace.store.text(file);
    if (!facts || text === undefined) return { refuse: 'The file can no longer be read.' };
    if (facts.problems.length > 0) return { refuse: 'The file has syntax errors; fix those first.' };
    const sources = new Map<FileId, ts.SourceFile | undefined>();
    try {
      return edit({
        file,
        facts,
        text,
        workspace,
        textOf: (other) => workspace.store.text(other),
        sourceOf: (other) => {
          if (!sources.has(other)) {
            const current = workspace.store.text(other);
            sources.set(other, current === undefined ? undefined : parseTs(other, current, true));
          }
          return sources.get(other);
        },
      });
    } catch (error) {
      return { refuse: `The fix failed: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  /** The reason why a change must not be offered, or undefined. */
  private verify(finding: Finding, changes: readonly FileEdits[]): string | undefined {
    // Findings with the same words may be many in a file, and the rest of them move up when one goes: they are counted.
    const alike = (findings: readonly Finding[]): number =>
      findings.filter((found) => found.rule === finding.rule && found.message === finding.message).length;
    const alikeBefore = alike(this.found(finding.file));
    return this.prove(finding, changes, () =>
      alike(this.options.check(finding.file)) >= alikeBefore ? 'The finding would stay.' : undefined,
    );
  }

  /** @param isWanted says, with the changes made, why they are not what was wanted */
  private prove(
    fixed: Pick<Finding, 'file' | 'rule' | 'severity'>,
    changes: readonly FileEdits[],
    isWanted: () => string | undefined,
  ): string | undefined {
    const { workspace } = this.options;
    if (changes.every((change) => change.edits.length === 0)) return 'The fix would change nothing.';
    const originals = changes.map((change) => ({
      file: change.file,
      text: workspace.store.text(change.file),
    }));
    for (const [i, change] of changes.entries())
      if (change.create !== (originals[i]?.text === undefined))
        return change.create ? `${change.file} exists already.` : `${change.file} can't be read.`;
    const files = new Set([fixed.file, ...changes.map((change) => change.file)]);
    const before = [...files].flatMap((file) => this.found(file));
    let texts: { file: FileId; text: string }[];
    try {
      texts = changes.map((change, i) => ({
        file: change.file,
        text: applyEdits(originals[i]?.text ?? '', change.edits),
      }));
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    try {
      this.options.apply(texts);
      for (const { file } of texts) {
        const [problem] = workspace.facts(file)?.problems ?? [];
        if (problem) return `The result would not parse: ${problem.message}`;
      }
      const unwanted = isWanted();
      if (unwanted !== undefined) return unwanted;
      const after = [...files].flatMap((file) => this.options.check(file));
      const rule = broughtBy(before, after, fixed, this.options.behind);
      return rule === undefined ? undefined : `The fix would bring a new finding of ${rule}.`;
    } finally {
      this.options.apply(originals);
    }
  }
}

const GRAVEST_FIRST: readonly Severity[] = ['error', 'warning', 'info', 'hint'];

/**
 * A rule that finds more than before, and something at least as grave as what a fix takes away. What is weaker (the order
 * of a list that now has a limit) is for the next fix: it would be a poor trade to keep the graver one for its sake. Hints of other
 * rules are remarks, not problems, and count as weaker than all. What other rules find in code that moves from file to file was found
 * before; the fixed rule must not find its own again elsewhere. What the fixed finding has hidden is not brought by its fix.
 */
export function broughtBy(
  before: readonly Finding[],
  after: readonly Finding[],
  fixed: Pick<Finding, 'rule' | 'severity'>,
  behind: (rule: string) => readonly string[] = () => [],
): string | undefined {
  const count = (list: readonly Finding[], like: Finding, bySeverity: boolean): number =>
    list.filter(
      (other) =>
        other.rule === like.rule &&
        (other.file === like.file || like.rule !== fixed.rule) &&
        (!bySeverity || other.severity === like.severity),
    ).length;
  return after.find(
    (found) =>
      !isBehind(behind(found.rule), found.rule, fixed.rule) &&
      (found.severity !== 'hint' || found.rule === fixed.rule) &&
      GRAVEST_FIRST.indexOf(found.severity) <= GRAVEST_FIRST.indexOf(fixed.severity) &&
      count(after, found, false) > count(before, found, false) &&
      count(after, found, true) > count(before, found, true),
  )?.rule;
}

function isBehind(hiding: readonly string[], rule: string, fixed: string): boolean {
  return hiding.includes(fixed) || (hiding.includes('*') && rule !== fixed);
}
