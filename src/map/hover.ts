/** What is known about the symbol under the pointer, with evidence, as Markdown. */
import { relativeSpecifier } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import { positionAt } from '../base/lineIndex.ts';
import { spanOf } from '../facts/model.ts';
import type { SchemaModel } from '../prisma/schema.ts';
import type { Abs, Proof, Site } from '../workspace/abs.ts';
import { guardOf } from '../workspace/guardState.ts';
import type { Guard } from '../workspace/guardState.ts';
import type { Entry } from '../workspace/entries.ts';
import { functionKey } from '../workspace/summary.ts';
import type { QueryFact } from '../workspace/summary.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { ownerText } from './data.ts';
import { encodePath, escapeMarkdown } from './markdown/text.ts';
import { topLevel } from './symbols.ts';
import type { TsFileFacts } from './symbols.ts';
import { touchesOf } from './touches.ts';

export interface Hover {
  /** UTF-16 offsets of what the text is about. */
  start: number;
  end: number;
  markdown: string;
}

/** The hover at an offset (UTF-16) of a file: an entry point's name, a function that reaches the database, a Prisma call. */
export function hoverAt(workspace: Workspace, file: FileId, offset: number): Hover | undefined {
  const facts = workspace.facts(file);
  if (facts?.kind !== 'ts') return undefined;
  const inside = (at: number): { start: number; end: number } | undefined => {
    const span = spanOf(facts, at);
    return offset >= span.start && offset <= span.end ? span : undefined;
  };
  for (const query of workspace.queries(file)) {
    const span = inside(query.at);
    if (span) return { ...span, markdown: queryText(workspace, file, query) };
  }
  for (const entry of workspace.entries(file)) {
    const span = inside(entry.at);
    if (span) return { ...span, markdown: entryText(workspace, file, entry) };
  }
  for (const declaration of topLevel(facts)) {
    const span = inside(declaration.at);
    const markdown = span && functionText(workspace, file, facts, declaration.b);
    if (span && markdown !== undefined) return { ...span, markdown };
  }
  return undefined;
}

const LABELS = {
  guarded: 'Guarded',
  unguarded: 'Not guarded',
  public: 'Public',
  unknown: 'Guard unknown',
} as const;

function entryText(workspace: Workspace, file: FileId, entry: Entry): string {
  const guard = guardOf(workspace, file, entry);
  const touches = touchesText(workspace, file, entry.effects);
  const lines = [guardText(workspace, file, guard), ...touches];
  if (guard.open) lines.push(`Reaches ${accessText(guard.open)} at ${linkTo(workspace, file, guard.open)}`);
  if (entry.handler !== undefined && entry.effects.some((effect) => effect.tx))
    lines.push('Runs in a transaction');
  return lines.join('\n\n');
}

function guardText(workspace: Workspace, file: FileId, guard: Guard): string {
  const kind = guard.proof && guard.proof.kind !== 'session' ? ` by ${guard.proof.kind}` : '';
  const roles =
    guard.roles && guard.roles.length > 0 ? `, role ${guard.roles.map(escapeMarkdown).join(' or ')}` : '';
  const why =
    guard.proof && guard.proof.steps.length > 0
      ? proofLinks(workspace, file, guard.proof)
      : escapeMarkdown(guard.reason);
  return `**${LABELS[guard.state]}${kind}${roles}**: ${why}`;
}

function proofLinks(workspace: Workspace, file: FileId, proof: Proof): string {
  return proof.steps
    .filter((step, i) => step.note !== proof.steps[i - 1]?.note)
    .map((step) => `${escapeMarkdown(step.note)} (${linkTo(workspace, file, step)})`)
    .join(' → ');
}

/** `[lib/auth.ts:12](../lib/auth.ts#L12)`: the text from the workspace's root, the target relative to the hovered file. */
function linkTo(workspace: Workspace, from: FileId, site: Site): string {
  const facts = workspace.facts(site.file);
  const line = facts ? positionAt(facts.lines, spanOf(facts, site.at).start).line + 1 : 1;
  const extension = /\.(d\.)?[cm]?[jt]sx?$/.exec(site.file)?.[0] ?? '';
  const target = encodePath(`${relativeSpecifier(from, site.file)}${extension}`);
  return `[${escapeMarkdown(`${site.file}:${line}`)}](${target}#L${line})`;
}

function accessText(effect: { model: string; op: string }): string {
  return `\`${(effect.model === '' ? effect.op : `${effect.model}.${effect.op}`).replaceAll('`', '')}\``;
}

function namesText(names: Set<string>): string {
  return [...names].toSorted().map(escapeMarkdown).join(', ');
}

function touchesText(workspace: Workspace, file: FileId, effects: Entry['effects']): string[] {
  const { reads, writes } = touchesOf(effects, workspace.schema(file));
  return [
    ...(reads.size > 0 ? [`Reads ${namesText(reads)}`] : []),
    ...(writes.size > 0 ? [`Writes ${namesText(writes)}`] : []),
  ];
}

/** A function that is no entry point: what it proves, what it touches, who uses it. */
function functionText(workspace: Workspace, file: FileId, facts: TsFileFacts, b: number): string | undefined {
  const role = workspace.role(file);
  if (role === 'client' || role === 'generated' || role === 'tooling') return undefined;
  const value = workspace.moduleValue(file, b);
  if (value.k !== 'closure') return undefined;
  const { outcomes, effects, partial } = workspace.summary(functionKey(value.file, value.fn));
  const lines: string[] = [];
  const proof = !partial && outcomes.every((outcome) => outcome.proof) ? outcomes[0]?.proof : undefined;
  if (proof) lines.push(`**Guard**: returns only after ${proofLinks(workspace, file, proof)}`);
  lines.push(...touchesText(workspace, file, effects));
  if (lines.length === 0) return undefined;
  const users = importersOf(workspace, file, facts, b);
  lines.push(
    users.length === 0
      ? 'Imported by no file'
      : `Imported by ${users.length} ${users.length === 1 ? 'file' : 'files'}`,
  );
  return lines.join('\n\n');
}

/** Files that import a declaration by its exported name, or the whole module. */
function importersOf(workspace: Workspace, file: FileId, facts: TsFileFacts, b: number): FileId[] {
  const names = new Set(
    facts.exports.flatMap((item) => (item.e === 'local' && item.b === b ? [item.name] : [])),
  );
  return workspace.importers(file).filter((importer) => {
    const theirs = workspace.tsFacts(importer);
    if (!theirs || workspace.role(importer) === 'tooling') return false;
    const leadsHere = (spec: string): boolean => {
      const target = workspace.target(importer, spec);
      return target.t === 'file' && target.file === file;
    };
    const imported = theirs.imports.some(
      (item) =>
        leadsHere(item.spec) &&
        item.names.some((named) => names.has(named.imported) || named.imported === '*'),
    );
    return (
      imported ||
      theirs.exports.some(
        (item) =>
          ((item.e === 'from' && names.has(item.imported)) || item.e === 'star') && leadsHere(item.spec),
      )
    );
  });
}

function queryText(workspace: Workspace, file: FileId, query: QueryFact): string {
  const schema = workspace.schema(file);
  const model = schema?.modelOf(query.model);
  const lines = [
    `**${escapeMarkdown(model?.name ?? (query.model === '' ? query.op : query.model))}** · ${query.kind === 'write' || query.kind === 'raw-write' ? 'writes' : 'reads'}`,
  ];
  if (model && schema) {
    const owner = ownerText(schema, model.name);
    lines.push(
      owner === undefined
        ? schema.userModel === model
          ? 'The model of the people who sign in'
          : 'Rows belong to nobody'
        : `Rows belong to a user through ${escapeMarkdown(owner)}`,
    );
  }
  lines.push(...listText(query, schema));
  if (query.proof) lines.push(`Runs after ${proofLinks(workspace, file, query.proof)}`);
  if (query.inLoop) lines.push('Runs once for each round of a loop');
  if (query.tx) lines.push('Runs in a transaction');
  return lines.join('\n\n');
}

/** How many rows a list may have, as far as the arguments say. */
function listText(query: QueryFact, schema: SchemaModel | undefined): string[] {
  if (query.op !== 'findMany') return [];
  const { args } = query;
  if (args.k === 'undef') return ['List without a limit: no `take`'];
  if (args.k !== 'object') return ['List whose arguments could not be followed'];
  const { take } = args.props;
  if (take && !args.maybe?.includes('take'))
    return [take.k === 'lit' ? `At most ${escapeMarkdown(String(take.v))} rows` : 'Limited by `take`'];
  if (take) return ['Limited by `take` on some paths only'];
  const unique = selectedBy(args.props['where'], query, schema);
  if (unique !== undefined) return [`At most the rows of a list of values of ${escapeMarkdown(unique)}`];
  return [args.open ? 'List whose limit could not be followed' : 'List without a limit: no `take`'];
}

function selectedBy(
  where: Abs | undefined,
  query: QueryFact,
  schema: SchemaModel | undefined,
): string | undefined {
  const model = schema?.modelOf(query.model)?.name;
  if (where?.k !== 'object' || model === undefined) return undefined;
  return Object.entries(where.props).find(
    ([name, value]) =>
      value.k === 'object' && value.props['in'] !== undefined && schema?.isUnique(model, [name]),
  )?.[0];
}
