/**
 * An engine of a few lines with the real one's interface, for what the real one will not do on demand: throw, change
 * its mind about another file, refuse a fix. `findMany()` is flagged with a safe fix, `@needs x` unless the file `x`
 * says GUARD, `danger()` with a dangerous fix and `stuck()` with one that is always refused; `EXPLODE` throws. `extractMe` can be
 * refactored.
 */
import { lineStarts, rangeAt } from '../../../src/base/lineIndex.ts';
import type { Span } from '../../../src/base/span.ts';
import type { EditResult, Finding, FixOffer } from '../../../src/run/finding.ts';

interface Change {
  file: string;
  text: string | undefined;
}

interface Found {
  pattern: RegExp;
  rule: string;
  severity: Finding['severity'];
  trust: FixOffer['trust'];
  replacement: string | undefined;
}

const table: Found[] = [
  {
    pattern: /findMany\(\)/g,
    rule: 'require-pagination',
    severity: 'warning',
    trust: 'safe',
    replacement: 'findMany({ take: 50 })',
  },
  {
    pattern: /danger\(\)/g,
    rule: 'no-danger',
    severity: 'error',
    trust: 'dangerous',
    replacement: 'safety()',
  },
  { pattern: /stuck\(\)/g, rule: 'no-stuck', severity: 'error', trust: 'suggestion', replacement: undefined },
];

export class Engine {
  readonly #read: (file: string) => string | undefined;
  readonly #texts = new Map<string, string>();
  #pending: string[] = [];
  readonly #results = new Map<string, { key: string; findings: Finding[] }>();
  #stale = new Set<string>();
  readonly cacheHits = 0;

  constructor(read: (file: string) => string | undefined) {
    this.#read = read;
  }

  static async create(options: { host: { read(file: string): string | undefined } }): Promise<Engine> {
    return new Engine((file) => options.host.read(file));
  }

  setTree(files: readonly { file: string }[]): void {
    this.#pending = files.map(({ file }) => file);
  }

  setCommitted(): void {}

  setOverrides(): void {}

  suppressed(): [] {
    return [];
  }

  crashes(): [] {
    return [];
  }

  update(changes: readonly Change[]): void {
    for (const { file, text } of changes) {
      this.#pending = this.#pending.filter((other) => other !== file);
      if (text === undefined) this.#texts.delete(file);
      else this.#texts.set(file, text);
    }
    for (const file of this.#texts.keys()) this.#stale.add(file);
  }

  index(): { done: number; total: number; complete: boolean } {
    const file = this.#pending.shift();
    const text = file === undefined ? undefined : this.#read(file);
    if (file !== undefined && text !== undefined) {
      this.#texts.set(file, text);
      this.#stale.add(file);
    }
    const total = this.#texts.size + this.#pending.length;
    return { done: this.#texts.size, total, complete: this.complete };
  }

  get complete(): boolean {
    return this.#pending.length === 0;
  }

  text(file: string): string | undefined {
    return this.#texts.get(file) ?? (this.#pending.includes(file) ? this.#read(file) : undefined);
  }

  lines(file: string): readonly number[] {
    return lineStarts(this.text(file) ?? '');
  }

  check(file: string): Finding[] {
    const text = this.text(file) ?? '';
    if (text.includes('EXPLODE')) throw new Error('exploded');
    const needed = /@needs (\S+)/.exec(text);
    const guard = needed?.[1] === undefined ? '' : (this.text(needed[1]) ?? '');
    const key = `${text}\n${guard.includes('GUARD')}`;
    const known = this.#results.get(file);
    if (known?.key === key) return known.findings;
    const findings: Finding[] = [];
    const add = (
      start: number,
      end: number,
      rule: string,
      severity: Finding['severity'],
      fixes: FixOffer[],
    ) =>
      findings.push({
        file,
        start,
        end,
        range: rangeAt(lineStarts(text), start, end),
        rule,
        severity,
        message: `${rule} says no.`,
        related: [],
        fixes,
        fingerprint: `${rule}:${file}:${findings.length}`,
      });
    for (const { pattern, rule, severity, trust } of table)
      for (const match of text.matchAll(pattern))
        add(match.index, match.index + match[0].length, rule, severity, [
          { recipe: rule, title: `Fix ${rule}`, trust, preferred: trust === 'safe', data: {} },
        ]);
    if (needed && !guard.includes('GUARD'))
      add(needed.index, needed.index + needed[0].length, 'action-auth', 'error', []);
    this.#results.set(file, { key, findings });
    return findings;
  }

  takeStale(): string[] {
    const out = [...this.#stale];
    this.#stale = new Set();
    return out;
  }

  files(): string[] {
    return [...this.#texts.keys()].toSorted();
  }

  configIssues(): never[] {
    return [];
  }

  problems(): never[] {
    return [];
  }

  edits(finding: Finding): EditResult {
    const replacement = table.find(({ rule }) => rule === finding.rule)?.replacement;
    if (replacement === undefined) return { ok: false, reason: 'there is no way out' };
    const edit = { start: finding.start, end: finding.end, text: replacement };
    return { ok: true, title: 'Fix', changes: [{ file: finding.file, create: false, edits: [edit] }] };
  }

  fixAll(file: string): EditResult {
    const edits = this.check(file)
      .filter(({ rule }) => rule === 'require-pagination')
      .map(({ start, end }) => ({ start, end, text: 'findMany({ take: 50 })' }));
    return { ok: true, title: 'Fix all', changes: [{ file, create: false, edits }] };
  }

  refactorings(file: string, range: Span): { id: string; title: string; place: Span }[] {
    const start = this.text(file)?.indexOf('extractMe') ?? -1;
    const place = { start, end: start + 'extractMe'.length };
    const isHit = start >= 0 && start <= range.end && range.start <= place.end;
    return isHit ? [{ id: 'extract', title: 'Extract', place }] : [];
  }

  refactor(file: string, id: string, place: Span): EditResult {
    if (id !== 'extract') return { ok: false, reason: 'This refactoring is not known.' };
    return {
      ok: true,
      title: 'Extract',
      changes: [{ file, create: false, edits: [{ ...place, text: 'extracted' }] }],
    };
  }

  suppress(finding: Finding, scope: 'line' | 'file'): EditResult {
    const start = scope === 'file' ? 0 : (this.lines(finding.file)[finding.range.start.line] ?? 0);
    const text = `// backend-specialist-disable-${scope === 'file' ? 'file' : 'next-line'} ${finding.rule}\n`;
    return {
      ok: true,
      title: 'Disable',
      changes: [{ file: finding.file, create: false, edits: [{ start, end: start, text }] }],
    };
  }

  hover(): undefined {
    return undefined;
  }

  map(): { apps: never[] } {
    return { apps: [] };
  }

  stats(): object {
    return {};
  }

  cacheLines(): string[] {
    return ['header'];
  }

  loadCache(): number {
    return 0;
  }
}

export const rules: never[] = [];
export const declarations: never[] = [];
