/** What is known about the symbol under the pointer, with evidence, as Markdown. */
import { relativeSpecifier } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import { positionAt } from '../base/lineIndex.ts';
import { spanOf } from '../facts/model.ts';
import type { SchemaModel } from '../prisma/schema.ts';
import { plural } from '../base/plural.ts';
import type { Abs, FunctionKey, Proof, Site } from '../workspace/abs.ts';
import { guardOf } from '../workspace/guardState.ts';
import { STOPS } from '../workspace/refine.ts';
import type { Guard } from '../workspace/guardState.ts';
import type { ListVerdict } from '../workspace/listVerdict.ts';
import type { Entry } from '../workspace/entries.ts';
import { functionKey, parseFunctionKey } from '../workspace/summary.ts';
import type { QueryFact } from '../workspace/summary.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { appsUsing } from './appsUsing.ts';
import { draftsOfApp } from './build.ts';
import { ownerText } from './data.ts';
import { bodyOf, calledAt, codeDrafts, enclosing, usesOfDeclaration } from './declarations.ts';
import type { Draft } from './entries.ts';
import { codeInText, encodePath, escapeMarkdown } from './markdown/text.ts';
import { serviceId } from './services.ts';
import { topLevel } from './symbols.ts';
import { isTransactional, touchesOf } from './touches.ts';

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
  for (const service of codeDrafts(workspace, file)) {
    const span = service.entry.kind === 'service' && 'at' in service.place && inside(service.place.at);
    const body = span && bodyOf(workspace, service.entry.id);
    if (span && body) return { ...span, markdown: functionText(workspace, file, body.key, service) };
  }
  for (const declaration of topLevel(facts)) {
    const span = inside(declaration.at);
    const value = span && workspace.moduleValue(file, declaration.b);
    const isCode = value?.k === 'closure' && !WITHOUT_BACKEND.has(workspace.role(file));
    const markdown = isCode && functionText(workspace, file, functionKey(value.file, value.fn));
    if (span && markdown) return { ...span, markdown };
  }
  const called = calledAt(workspace, file, facts, offset);
  return called && { ...spanOf(facts, called.at), markdown: calledText(workspace, file, called.key) };
}

const WITHOUT_BACKEND = new Set(['client', 'generated', 'tooling']);

/** A called function: an entry point's own text, or that of a service or a guard. */
function calledText(workspace: Workspace, file: FileId, key: FunctionKey): string {
  const of = parseFunctionKey(key).file;
  const entry = workspace.entries(of).find(({ handler }) => handler === key);
  if (entry) return entryText(workspace, file, entry, of);
  const id = serviceId(workspace, key);
  const service = codeDrafts(workspace, of).find((draft) => draft.entry.id === id);
  return functionText(workspace, file, key, service);
}

const LABELS = {
  guarded: 'Guarded',
  unguarded: 'Not guarded',
  public: 'Public',
  unknown: 'Guard unknown',
} as const;

/** @param file where it is asked about; `of` has the entry point */
function entryText(workspace: Workspace, file: FileId, entry: Entry, of = file): string {
  const guard = guardOf(workspace, of, entry);
  const touches = touchesText(workspace, of, entry.effects);
  const lines = [guardText(workspace, file, guard), ...touches];
  const kind = entry.kind === 'route' || entry.kind === 'page' ? entry.kind : 'action';
  const id = `${kind}:${of}#${entry.name}`;
  const draft = codeDrafts(workspace, of).find((candidate) => candidate.entry.id === id);
  if (draft?.entry.validation)
    lines.push(`Input is parsed with ${draft.entry.validation.map(codeInText).join(', ')}`);
  if (guard.open) lines.push(`Reaches ${accessText(guard.open)} at ${linkTo(workspace, file, guard.open)}`);
  if (entry.handler !== undefined && isTransactional(workspace, entry.effects))
    lines.push('Runs in a transaction');
  return lines.join('\n\n');
}

function guardText(workspace: Workspace, file: FileId, guard: Guard): string {
  const kind = guard.proof && guard.proof.kind !== 'session' ? ` by ${guard.proof.kind}` : '';
  const roles =
    guard.roles && guard.roles.length > 0 ? `, role ${guard.roles.map(escapeMarkdown).join(' or ')}` : '';
  const why =
    guard.proof && guard.proof.steps.length > 0
      ? `looked through ${proofLinks(workspace, file, guard.proof)}`
      : escapeMarkdown(guard.reason);
  return `**${LABELS[guard.state]}${kind}${roles}**: ${why}`;
}

function proofLinks(workspace: Workspace, file: FileId, proof: Proof): string {
  return proof.steps
    .filter((step, i) => step.note !== proof.steps[i - 1]?.note)
    .map((step) => `${escapeMarkdown(noteOf(step, proof))} (${linkTo(workspace, file, step)})`)
    .join(' → ');
}

function noteOf({ note }: Proof['steps'][number], { kind }: Proof): string {
  return kind === 'session' && note === STOPS ? 'stops when there is no session' : note;
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

/** A function that is no entry point: what it proves, what it touches, who uses it; empty when there is nothing to tell. */
function functionText(workspace: Workspace, file: FileId, key: FunctionKey, service?: Draft): string {
  const { outcomes, effects, partial } = workspace.summary(key);
  const { file: of } = parseFunctionKey(key);
  const lines: string[] = [];
  const proof = !partial && outcomes.every((outcome) => outcome.proof) ? outcomes[0]?.proof : undefined;
  if (proof) lines.push(`**Guard**: returns only after ${proofLinks(workspace, file, proof)}`);
  lines.push(...touchesText(workspace, of, effects));
  if (service) {
    const { list, cached, transaction } = service.entry;
    const facts = [
      ...(cached ? ['Cached'] : []),
      ...(list === undefined || list === 'unknown' ? [] : [LISTS[list]]),
      ...(transaction ? ['Writes in a transaction'] : []),
    ];
    if (facts.length > 0) lines.push(facts.join(' · '));
    lines.push(...reachedText(workspace, file, service));
  }
  if (lines.length === 0) return '';
  const id = service?.entry.id ?? idOfDeclared(workspace, key);
  const users = id === undefined ? 0 : callersOf(workspace, id);
  lines.push(users === 0 ? 'No callers' : `Called by ${plural(users, 'function')}`);
  return lines.join('\n\n');
}

const LISTS: { readonly [verdict in Exclude<ListVerdict, 'unknown'>]: string } = {
  lookup: 'Lists of a lookup table',
  bounded: 'Lists are bounded',
  owner: 'Lists grow with what one person has',
  filtered: 'Lists are filtered, not bounded',
  unbounded: 'Lists are not bounded',
};

function idOfDeclared(workspace: Workspace, key: FunctionKey): string | undefined {
  const { file, fn } = parseFunctionKey(key);
  const facts = workspace.facts(file);
  const declared = facts?.kind === 'ts' && topLevel(facts).find(({ binding }) => binding.f === fn);
  return declared ? `function:${file}#${declared.name}` : undefined;
}

function callersOf(workspace: Workspace, id: string): number {
  const callers = usesOfDeclaration(workspace, id).flatMap(({ file, at }) => {
    const facts = workspace.facts(file);
    return facts?.kind === 'ts' ? [enclosing(workspace, file, facts, spanOf(facts, at).start).id] : [];
  });
  return new Set(callers).size;
}

/** Entry points shown of those that lead to a service. */
const MAX_REACHED = 5;

/** Who is let in where a service is reached: its own safety is that of the entry points that lead to it. */
function reachedText(workspace: Workspace, file: FileId, service: Draft): string[] {
  const entries = appsUsing(workspace, service.entry.file).flatMap((root) =>
    draftsReaching(draftsOfApp(workspace, root), service.entry.id),
  );
  // What nobody guards comes first.
  const worst = ['unguarded', 'unknown', 'public', 'guarded'] as const;
  const rank = ({ entry }: Draft): number => worst.indexOf(entry.guard ?? 'unknown');
  const shown = [...new Map(entries.map((draft) => [draft.entry.id, draft])).values()]
    .filter(({ entry }) => entry.kind !== 'service')
    .toSorted((a, b) => rank(a) - rank(b) || (a.entry.id < b.entry.id ? -1 : 1));
  if (shown.length === 0) return [];
  const names = shown.slice(0, MAX_REACHED).map(({ entry, place }) => {
    const at = 'at' in place ? linkTo(workspace, file, { file: entry.file, at: place.at }) : '';
    return `${escapeMarkdown(entry.label)} (${LABELS[entry.guard ?? 'unknown'].toLowerCase()}, ${at})`;
  });
  const rest = shown.length - names.length;
  return [`Reached from ${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`];
}

/** The drafts whose calls lead to a service, through others or directly. */
function draftsReaching(drafts: readonly Draft[], id: string): Draft[] {
  const out = new Set<Draft>();
  const ids = new Set([id]);
  for (const wanted of ids)
    for (const draft of drafts)
      if (draft.calls?.includes(wanted) && !out.has(draft)) {
        out.add(draft);
        ids.add(draft.entry.id);
      }
  return [...out];
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
