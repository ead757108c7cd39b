/** `backend-specialist check`: what the editor shows, for a terminal, a script or a CI job. */
import { realpathSync, statSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { FileId } from '../base/path.ts';
import { didYouMean } from '../config/distance.ts';
import type { ConfigOverrides } from '../config/load.ts';
import { changedFiles, isAnalysed, ownVersion, ruleDocsUrl, rulePage, type ChangeSet } from '../host/node.ts';
import type { Finding } from '../run/finding.ts';
import { renderGithub } from '../report/github.ts';
import { renderJson } from '../report/json.ts';
import { renderJunit } from '../report/junit.ts';
import { plural } from '../base/plural.ts';
import {
  compareFindings,
  plain,
  type Problem,
  type Report,
  type ReportedFix,
  type SilencedFinding,
} from '../report/model.ts';
import { renderPretty } from '../report/pretty.ts';
import { renderSarif } from '../report/sarif.ts';
import { baselineText, defaultBaseline, newFindings, nextBaseline, readBaseline } from './baseline.ts';
import type { CommandSpec, OptionValues } from './command.ts';
import { readConfigs, switchedOff } from './configs.ts';
import { exitCodes, UsageError, type ExitCode } from './exitCodes.ts';
import { diffOf, fixFiles } from './fix.ts';
import { findWorkspace, type Workspace } from './root.ts';
import { readRuleOptions } from './ruleOptions.ts';
import { loadEngine, openSession, type Session } from './session.ts';
import { renderStats } from './stats.ts';
import { readStdin, stdinFile } from './stdin.ts';
import { coloursFor, write } from './terminal.ts';

const formats = ['pretty', 'json', 'sarif', 'github', 'junit'] as const;
type Format = (typeof formats)[number];

const options = {
  format: { type: 'string', valueHint: formats.join('|'), description: 'How findings are written (pretty)' },
  output: { type: 'string', valueHint: 'FILE', description: 'Write them to a file' },
  rule: {
    type: 'string',
    multiple: true,
    valueHint: 'ID[=severity]',
    description: 'Only this rule, or another severity for it; may be repeated',
  },
  'max-warnings': { type: 'string', valueHint: 'N', description: 'Fail on more warnings than this' },
  quiet: { type: 'boolean', description: 'Show errors only' },
  stats: { type: 'boolean', description: 'Show what was found in the workspace and why' },
  baseline: {
    type: 'string',
    valueHint: 'FILE',
    bare: defaultBaseline,
    description: `Leave out findings that this file knows (${defaultBaseline})`,
  },
  'write-baseline': {
    type: 'boolean',
    description: `Write the findings to the baseline (${defaultBaseline})`,
  },
  'no-cache': { type: 'boolean', description: 'Neither read nor write the cache' },
  config: { type: 'string', valueHint: 'FILE', description: 'Use this configuration everywhere' },
  fix: { type: 'boolean', description: 'Apply safe fixes' },
  'fix-dry-run': { type: 'boolean', description: 'Show what --fix would change as a diff' },
  changed: { type: 'boolean', description: 'Report only on files changed since the base branch' },
  since: { type: 'string', valueHint: 'REV', description: 'Report only on files changed since a revision' },
  staged: { type: 'boolean', description: 'Report only on staged files' },
  'stdin-filename': {
    type: 'string',
    valueHint: 'FILE',
    description: 'Check the text on standard input as this file of the workspace',
  },
  'report-suppressed': {
    type: 'boolean',
    description: 'With sarif: list what comments and the baseline silence, as suppressed results',
  },
} as const;

type Values = OptionValues<typeof options>;

interface Request {
  format: Format;
  maxWarnings: number;
  changes: ChangeSet | undefined;
}

function readRequest(values: Values, paths: readonly string[]): Request {
  const format = formats.find((name) => name === (values.format ?? 'pretty'));
  if (!format) {
    const near = didYouMean(values.format ?? '', formats);
    throw new UsageError(`unknown format "${values.format}".${near} Use one of ${formats.join(', ')}.`);
  }
  const given = values['max-warnings'];
  if (given !== undefined && !/^\d+$/.test(given))
    throw new UsageError(`--max-warnings takes a whole number, not "${given}".`);
  if (values.fix && values['fix-dry-run'])
    throw new UsageError('--fix and --fix-dry-run exclude each other.');
  if (values['fix-dry-run'] && format !== 'pretty')
    throw new UsageError('--fix-dry-run prints a diff and takes no --format.');
  if (values['write-baseline'] && values['fix-dry-run'])
    throw new UsageError('--write-baseline and --fix-dry-run exclude each other.');
  if (values.staged && (values.changed || values.since !== undefined))
    throw new UsageError('--staged excludes --changed and --since.');
  if (values['report-suppressed'] && format !== 'sarif')
    throw new UsageError('--report-suppressed is for --format sarif.');
  if (values['stdin-filename'] !== undefined) {
    const other = (['fix', 'write-baseline', 'changed', 'since', 'staged'] as const).find(
      (name) => values[name] !== undefined,
    );
    if (other) throw new UsageError(`--stdin-filename and --${other} exclude each other.`);
    if (paths.length > 0) throw new UsageError('--stdin-filename takes no paths.');
  }
  let changes: ChangeSet | undefined;
  if (values.staged) changes = { kind: 'staged' };
  else if (values.since !== undefined) changes = { kind: 'since', revision: values.since };
  else if (values.changed) changes = { kind: 'changed' };
  return { format, maxWarnings: given === undefined ? Infinity : Number(given), changes };
}

/** The configuration named by `--config`, from the root. */
function configFile(workspace: Workspace, given: string | undefined): ConfigOverrides {
  if (given === undefined) return {};
  let absolute: string;
  try {
    absolute = realpathSync(given);
  } catch {
    throw new UsageError(`no such configuration file: "${given}".`);
  }
  if (!statSync(absolute).isFile()) throw new UsageError(`the configuration "${given}" is not a file.`);
  const file = path.relative(workspace.root, absolute).split(path.sep).join('/');
  if (file.startsWith('../') || path.isAbsolute(file))
    throw new UsageError(`the configuration "${given}" lies outside the workspace ${workspace.root}.`);
  return { file };
}

/** Verified fixes of a finding; a refused one is left out. */
function verifiedFixes(session: Session, finding: Finding): ReportedFix[] {
  const out: ReportedFix[] = [];
  for (const offer of finding.fixes) {
    const result = session.engine.edits(finding, offer);
    if (result.ok) out.push({ title: offer.title, preferred: offer.preferred, changes: result.changes });
  }
  return out;
}

async function writeReport(text: string, output: string | undefined): Promise<void> {
  if (output === undefined) return write(process.stdout, text);
  const temporary = `${output}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, output);
  } catch (error) {
    // It may never have been there.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new UsageError(`cannot write "${output}": ${(error as Error).message}.`);
  }
}

/** Files to report on: those the paths mean, less those that did not change when only changes are asked for. */
async function filesToReport(
  workspace: Workspace,
  session: Session,
  changes: ChangeSet | undefined,
): Promise<FileId[]> {
  const files = session.engine.files();
  const unmatched = workspace.unmatched([...files, ...session.host.problems().map(({ file }) => file)]);
  // A folder without a single file of ours is not a mistake, a pattern that fits nothing probably is.
  const pattern = unmatched.find((given) => /[*?{[]/.test(given));
  if (pattern !== undefined) throw new UsageError(`no file matches "${pattern}".`);
  const wanted = files.filter(workspace.includes);
  if (!changes) return wanted;
  const changed = await changedFiles(workspace.root, changes);
  if ('error' in changed) throw new UsageError(`cannot tell what changed: ${changed.error}.`);
  return wanted.filter((file) => changed.has(file));
}

/**
 * Findings that count: those the baseline does not know. With `--write-baseline` all of them are written down first.
 * @param looked whether this run would report a finding of a rule in a file
 */
async function withoutBaseline(
  values: Values,
  findings: readonly Finding[],
  looked: (rule: string, file: FileId) => boolean,
): Promise<Finding[]> {
  if (values.baseline === undefined && !values['write-baseline']) return [...findings];
  const file = values.baseline ?? defaultBaseline;
  const earlier = readBaseline(file);
  if (!values['write-baseline']) {
    if (!earlier) throw new UsageError(`no such baseline: "${file}". --write-baseline makes it.`);
    return newFindings(findings, earlier);
  }
  const next = nextBaseline(findings, earlier ?? [], looked);
  await writeReport(baselineText(next), file);
  await write(process.stderr, `Wrote ${plural(next.length, 'finding')} to ${plain(file)}.\n`);
  return newFindings(findings, next);
}

function render(format: Format, report: Report, values: Values): string {
  if (format === 'json') return renderJson(report);
  if (format === 'sarif') return renderSarif(report);
  if (format === 'github') return renderGithub(report);
  if (format === 'junit') return renderJunit(report);
  const colours = coloursFor(values.output === undefined ? process.stdout : {});
  return renderPretty(report, { colours, quiet: values.quiet ?? false });
}

/** The file that comes over standard input: its text is in the engine afterwards, or it is a problem that it is not looked at. */
async function takeStdin(session: Session, root: string, given: string): Promise<[FileId[], Problem[]]> {
  const file = stdinFile(root, given);
  const text = await readStdin(process.stdin, file);
  const accepted = isAnalysed(file) ? await session.host.accept([file]) : [];
  if (accepted.length === 0)
    return [[], [{ file, message: 'is not checked: it is ignored, or of a kind that no rule reads' }]];
  session.engine.update([{ file, text }]);
  return [[file], []];
}

/** Findings that are not reported, in their order. */
function silencedOf(
  session: Session,
  files: readonly FileId[],
  isSelected: (rule: string) => boolean,
  baselined: readonly Finding[],
): SilencedFinding[] {
  const commented = files
    .flatMap((file) => session.suppressed(file))
    .filter(({ finding }) => isSelected(finding.rule));
  return [
    ...commented.map(({ finding, reason }) => ({ finding, reason, by: 'comment' as const })),
    ...baselined.map((finding) => ({ finding, reason: undefined, by: 'baseline' as const })),
  ].toSorted((a, b) => compareFindings(a.finding, b.finding));
}

async function ruleInfos(): Promise<Report['rules']> {
  const { rules } = await loadEngine();
  return new Map(
    rules.map(({ meta: { id, title, severity, sections } }) => [
      id,
      { id, title, docs: ruleDocsUrl(id), severity, sections },
    ]),
  );
}

async function run(values: Values, paths: string[]): Promise<ExitCode> {
  const started = performance.now();
  const request = readRequest(values, paths);
  const workspace = findWorkspace(process.cwd(), paths);
  const rules = await ruleInfos();
  const selection = readRuleOptions(values.rule ?? [], [...rules.keys()]);
  const overrides = { ...configFile(workspace, values.config), rules: selection.severities };
  const session = await openSession(workspace.root, { cache: !values['no-cache'], overrides });
  const stdin = values['stdin-filename'];
  const [files, strange] =
    stdin === undefined
      ? [await filesToReport(workspace, session, request.changes), []]
      : await takeStdin(session, workspace.root, stdin);
  const isFixing = values.fix === true || values['fix-dry-run'] === true;
  const fixed = isFixing ? fixFiles(session, files, values.fix === true) : undefined;
  const isSelected = (rule: string) => !selection.only || selection.only.has(rule);
  const found = files
    .flatMap((file) => session.check(file))
    .filter(({ rule }) => isSelected(rule))
    .toSorted(compareFindings);
  const reported = new Set(files);
  const existing = new Set(session.engine.files());
  const configs = await readConfigs(session, overrides);
  const problems = [...session.problems(), ...configs.problems, ...strange, ...(fixed?.problems ?? [])];
  // What could not be read, or broke a rule, was not looked at.
  const troubled = new Set([...session.crashes(), ...problems.map(({ file }) => file)]);
  // What is known of a file that is gone is forgotten, of one that was not looked at it is kept.
  const all = await withoutBaseline(
    values,
    found,
    (rule, file) => isSelected(rule) && !troubled.has(file) && (reported.has(file) || !existing.has(file)),
  );
  const unset = [...(selection.only ?? [])].filter((id) => selection.severities[id] === undefined);
  for (const line of switchedOff(configs, unset, files))
    await write(process.stderr, `note: ${plain(line)}\n`);
  const kept = new Set(all);
  const report: Report = {
    root: workspace.root,
    version: ownVersion(),
    findings: values.quiet ? all.filter(({ severity }) => severity === 'error') : all,
    silenced: values['report-suppressed']
      ? silencedOf(
          session,
          files,
          isSelected,
          found.filter((finding) => !kept.has(finding)),
        )
      : [],
    problems,
    summary: {
      files: session.engine.files().length,
      filesAnalysed: files.length,
      filesFromCache: session.engine.cacheHits,
      suppressed: files.reduce((sum, file) => sum + session.suppressed(file).length, 0),
      baselined: found.length - all.length,
      durationMs: Math.round(performance.now() - started),
    },
    rules,
    page: rulePage,
    text: (file) => session.engine.text(file),
    fixes: (finding) => verifiedFixes(session, finding),
  };
  if (values.stats) {
    const stats = renderStats(session.engine.stats(), coloursFor(process.stdout));
    await write(request.format === 'pretty' ? process.stdout : process.stderr, stats);
  }
  if (values['fix-dry-run'] && fixed) await writeReport(diffOf(fixed), values.output);
  else await writeReport(render(request.format, report, values), values.output);
  if (values.fix && fixed && fixed.changed.length > 0)
    await write(process.stderr, `Fixed ${plural(fixed.changed.length, 'file')}.\n`);
  const crashes = session.crashes();
  for (const file of crashes) await write(process.stderr, `internal error in ${plain(file)}\n`);
  if (crashes.size > 0) return exitCodes.internal;
  if (configs.isBad) return exitCodes.usage;
  const warnings = all.filter(({ severity }) => severity === 'warning').length;
  const hasErrors = all.some(({ severity }) => severity === 'error');
  return hasErrors || warnings > request.maxWarnings ? exitCodes.findings : exitCodes.clean;
}

export const checkCommand: CommandSpec<typeof options> = {
  name: 'check',
  description: 'Check a workspace, or some of its files',
  positional: { name: 'paths', description: 'Files, folders or globs (the current folder)', max: Infinity },
  options,
  run,
};
