/** `backend-specialist check`: what the editor shows, for a terminal, a script or a CI job. */
import { realpathSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { FileId } from '../base/path.ts';
import { resolveConfig, type ConfigOverrides } from '../config/load.ts';
import { changedFiles, ownVersion, ruleDocsUrl, type ChangeSet } from '../host/node.ts';
import type { Finding } from '../run/finding.ts';
import { renderGithub } from '../report/github.ts';
import { renderJson } from '../report/json.ts';
import { renderJunit } from '../report/junit.ts';
import { compareFindings, plain, plural, type Report, type ReportedFix } from '../report/model.ts';
import { renderPretty } from '../report/pretty.ts';
import { renderSarif } from '../report/sarif.ts';
import { baselineText, defaultBaseline, newFindings, nextBaseline, readBaseline } from './baseline.ts';
import type { CommandSpec, OptionValues } from './command.ts';
import { exitCodes, UsageError, type ExitCode } from './exitCodes.ts';
import { diffOf, fixFiles } from './fix.ts';
import { findWorkspace, type Workspace } from './root.ts';
import { readRuleOptions } from './ruleOptions.ts';
import { loadEngine, openSession, type Session } from './session.ts';
import { renderStats } from './stats.ts';
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
  baseline: { type: 'string', valueHint: 'FILE', description: 'Leave out findings that this file knows' },
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
} as const;

type Values = OptionValues<typeof options>;

interface Request {
  format: Format;
  maxWarnings: number;
  changes: ChangeSet | undefined;
}

function readRequest(values: Values): Request {
  const format = formats.find((name) => name === (values.format ?? 'pretty'));
  if (!format) throw new UsageError(`unknown format "${values.format}". Use one of ${formats.join(', ')}.`);
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
    await rm(temporary, { force: true });
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

async function run(values: Values, paths: string[]): Promise<ExitCode> {
  const started = performance.now();
  const request = readRequest(values);
  const workspace = findWorkspace(process.cwd(), paths);
  const { rules } = await loadEngine();
  const selection = readRuleOptions(
    values.rule ?? [],
    rules.map(({ meta }) => meta.id),
  );
  const overrides = { ...configFile(workspace, values.config), rules: selection.severities };
  const session = await openSession(workspace.root, { cache: !values['no-cache'], overrides });
  const files = await filesToReport(workspace, session, request.changes);
  const isFixing = values.fix === true || values['fix-dry-run'] === true;
  const fixed = isFixing ? fixFiles(session, files, values.fix === true) : undefined;
  const isSelected = (rule: string) => !selection.only || selection.only.has(rule);
  const found = files
    .flatMap((file) => session.check(file))
    .filter(({ rule }) => isSelected(rule))
    .toSorted(compareFindings);
  const reported = new Set(files);
  const existing = new Set(session.engine.files());
  // What is known of a file that is gone is forgotten, of one that was not looked at it is kept.
  const all = await withoutBaseline(
    values,
    found,
    (rule, file) => isSelected(rule) && (reported.has(file) || !existing.has(file)),
  );
  const problems = [...session.problems(), ...(fixed?.problems ?? [])];
  const configs = session.engine.files().filter((file) => file.endsWith('backend-specialist.config.json'));
  const isConfigBad = (overrides.file === undefined ? configs : [overrides.file]).some(
    (file) =>
      resolveConfig(file, { read: session.host.read, rules: rules.map(({ meta }) => meta) }).issues.length >
      0,
  );
  const report: Report = {
    root: workspace.root,
    version: ownVersion(),
    findings: values.quiet ? all.filter(({ severity }) => severity === 'error') : all,
    problems,
    summary: {
      files: session.engine.files().length,
      filesAnalysed: files.length,
      filesFromCache: session.engine.cacheHits,
      suppressed: session.engine.suppressedCount(files),
      baselined: found.length - all.length,
      durationMs: Math.round(performance.now() - started),
    },
    rules: new Map(
      rules.map(({ meta: { id, title, severity, sections } }) => [
        id,
        { id, title, docs: ruleDocsUrl(id), severity, sections },
      ]),
    ),
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
  for (const { file } of session.crashes) await write(process.stderr, `internal error in ${plain(file)}\n`);
  if (session.crashes.length > 0) return exitCodes.internal;
  if (isConfigBad) return exitCodes.usage;
  const warnings = all.filter(({ severity }) => severity === 'warning').length;
  const isFailing = all.some(({ severity }) => severity === 'error') || warnings > request.maxWarnings;
  return isFailing ? exitCodes.findings : exitCodes.clean;
}

export const checkCommand: CommandSpec<typeof options> = {
  name: 'check',
  description: 'Check a workspace, or some of its files',
  positional: { name: 'paths', description: 'Files, folders or globs (the current folder)', max: Infinity },
  options,
  run,
};
