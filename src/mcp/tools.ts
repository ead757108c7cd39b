/** The tools for agents, the same for every way they are asked: an MCP client, an editor's chat. They read; they write nothing. */
import { z } from 'zod';
import type { Engine } from '../engine.ts';
import { rulePage } from '../host/node.ts';
import { plain } from '../report/model.ts';
import {
  briefFacts,
  entryLine,
  factNames,
  findingLine,
  overviewLines,
  page,
  ranked,
  type FactName,
  type Found,
} from './answers.ts';
import { analysedPath, RequestError } from './workspace.ts';

type MapApp = ReturnType<Engine['map']>['apps'][number];
type MapEntry = MapApp['entries'][number];

const MAX_TEXT = 1_000_000;
const paging = {
  limit: z.number().int().min(1).max(200).default(40).describe('Lines of one answer'),
  cursor: z.string().max(12).optional().describe('Where an earlier answer ended'),
};
const filePath = z.string().min(1).max(500).describe('Path from the workspace root');

const nameText = z.string().min(1).max(200);

/** Above so many entries an answer says less of each, and above so many findings too. */
const longAnswer = 8;

export interface Tool {
  name: string;
  /** For people, as the title of a step. */
  title: string;
  /** For models. */
  description: string;
  inputSchema: z.ZodObject;
  /**
   * @param input anything; it is parsed
   * @throws RequestError whose message is for the agent, and ZodError
   */
  run(engine: Engine, input: unknown): string;
}

function tool<Shape extends z.ZodRawShape>(
  about: Pick<Tool, 'name' | 'title' | 'description'>,
  shape: Shape,
  work: (engine: Engine, input: z.output<z.ZodObject<Shape>>) => string,
): Tool {
  const inputSchema = z.object(shape);
  return { ...about, inputSchema, run: (engine, input) => work(engine, inputSchema.parse(input)) };
}

export interface Answer {
  text: string;
  isError: boolean;
}

/** Runs a tool. What goes wrong is told to the agent, never thrown at the transport. */
export function answer(name: string, engine: Engine, input: unknown): Answer {
  try {
    const found = tools.find((one) => one.name === name);
    if (!found)
      throw new RequestError(
        `There is no tool of this name; there are ${tools.map((one) => one.name).join(', ')}.`,
      );
    return { text: found.run(engine, input), isError: false };
  } catch (error) {
    const text =
      error instanceof RequestError
        ? error.message
        : error instanceof z.ZodError
          ? z.prettifyError(error)
          : `internal error: ${error instanceof Error ? error.message : String(error)}`;
    return { text: text.split('\n').map(plain).join('\n'), isError: true };
  }
}

/** In the order in which an agent needs them. */
export const tools: readonly Tool[] = [
  tool(
    {
      name: 'backend_map',
      title: 'Read the backend map',
      description:
        'Actions, routes, pages, services, models, schemas, env variables, migrations of this backend: guard with evidence, roles, what each reads, writes, validates, calls. Ask this before reading code; narrow by several filters at once. kind "app" tells the stack, auth and conventions.',
    },
    {
      file: filePath.optional(),
      name: nameText.optional().describe('Of an entry, such as placeOrder or GET /api/orders'),
      model: nameText
        .optional()
        .describe('Entries that read, write or are this model; those that do it themselves come first'),
      access: z.enum(['reads', 'writes']).optional().describe('With model: only those that read or write it'),
      kind: z
        .string()
        .max(20)
        .optional()
        .describe('app, action, route, page, service, guard, validation, model, env, migration, proxy'),
      guard: z.enum(['guarded', 'unguarded', 'public', 'unknown']).optional(),
      role: nameText.optional().describe('Entries that let this role in'),
      calls: nameText
        .optional()
        .describe('Entries that call this service; path#name finds the callers of any function'),
      validates: nameText.optional().describe('Entries that parse with this schema'),
      revalidates: z.string().max(200).optional().describe('Entries that revalidate this path or tag'),
      list: z
        .enum(['unbounded', 'filtered', 'owner', 'bounded', 'lookup', 'unknown'])
        .optional()
        .describe('Services by how long their lists get'),
      query: z
        .string()
        .max(300)
        .optional()
        .describe('Words of a question; the best fitting entries come first'),
      facts: z
        .array(z.enum(factNames))
        .max(factNames.length)
        .optional()
        .describe(
          'What lines say beside name and place; short answers say all, long ones the most needed; [] says nothing',
        ),
      ...paging,
    },
    (engine, { limit, cursor, facts, ...wanted }) => {
      const { apps } = engine.map();
      if (wanted.kind === 'app') return page(apps.flatMap(overviewLines), limit, cursor);
      const direct = directUsers(apps, wanted.model);
      const entries = ranked(
        apps.flatMap((app) => app.entries).filter(filterOf(wanted)),
        wanted.query ?? '',
      ).toSorted((a, b) => Number(direct.has(b.id)) - Number(direct.has(a.id)));
      const others = wanted.calls?.includes('#') ? callersOf(engine, wanted.calls, entries) : [];
      const isLong =
        facts === undefined &&
        entries.length > longAnswer &&
        entries.some((entry) => entryLine(entry) !== entryLine(entry, briefFacts));
      const shown: ReadonlySet<FactName> | undefined = facts
        ? new Set(facts)
        : isLong
          ? briefFacts
          : undefined;
      const lines = [...new Set([...entries.map((entry) => entryLine(entry, shown)), ...others])];
      const text = page(lines, limit, cursor);
      return isLong ? `${text}\n(brief; "facts" asks for evidence, calls, fields and more)` : text;
    },
  ),
  tool(
    {
      name: 'backend_findings',
      title: 'Look at findings',
      description: 'What is wrong in files, or in the whole workspace: rule, place, reason, fixes on offer.',
    },
    {
      files: z.array(filePath).max(50).optional(),
      rule: z.string().max(60).optional(),
      ...paging,
    },
    (engine, { files, rule, limit, cursor }) => {
      const wanted = files?.map(analysedPath) ?? engine.files();
      const found = wanted
        .flatMap((file) => engine.check(file))
        .filter((finding) => rule === undefined || finding.rule === rule);
      return page(
        found.map((finding) => findingLine(finding, found.length > longAnswer)),
        limit,
        cursor,
      );
    },
  ),
  tool(
    {
      name: 'check_patch',
      title: 'Check proposed code',
      description:
        'Check before you write: gives what proposed texts of files would bring and what they would mend. Nothing is written.',
    },
    {
      files: z
        .array(z.object({ file: filePath, text: z.string().max(MAX_TEXT).describe('The whole new text') }))
        .min(1)
        .max(20),
      ...paging,
    },
    (engine, { files, limit, cursor }) => {
      const changes = files.map(({ file, text }) => ({ file: analysedPath(file), text }));
      if (changes.some(({ text }) => text.includes('\0')))
        throw new RequestError('Texts only: this one holds a NUL.');
      const names = [...new Set(changes.map(({ file }) => file))];
      const before = names.map((file) => ({
        file,
        text: engine.text(file),
        unsaved: engine.isUnsaved(file),
      }));
      const known = new Map(
        names.flatMap((file) => engine.check(file)).map((finding) => [finding.fingerprint, finding]),
      );
      try {
        engine.update(changes);
        const after = names.flatMap((file) => engine.check(file));
        const left = new Set(after.map(({ fingerprint }) => fingerprint));
        const problems = engine
          .problems()
          .filter(({ file }) => names.includes(file))
          .map(({ file, message }) => plain(`problem ${file}: ${message}`));
        const brought = after.filter(({ fingerprint }) => !known.has(fingerprint));
        const mended = [...known.values()].filter(({ fingerprint }) => !left.has(fingerprint));
        return page(
          [
            ...problems,
            ...brought.map((finding) => `new  ${findingLine(finding)}`),
            ...mended.map((finding) => `gone ${findingLine(finding)}`),
          ],
          limit,
          cursor,
        );
      } finally {
        engine.update(before);
      }
    },
  ),
  tool(
    {
      name: 'explain_rule',
      title: 'Explain a rule',
      description: 'The page of a rule: why, what it accepts, its fix, examples.',
    },
    { rule: z.string().max(60) },
    (_, { rule }) => {
      const text = rulePage(rule);
      if (text === undefined)
        throw new RequestError('There is no such rule; backend_findings names those that found something.');
      // The page's first line tells where it is made from.
      return text.replace(/^<!--[\s\S]*?-->\s*/, '');
    },
  ),
  tool(
    {
      name: 'preview_fix',
      title: 'Preview a fix',
      description: 'The verified edits of a fix, as lines taken away and added. Nothing is written.',
    },
    {
      file: filePath,
      line: z.number().int().min(1).describe('1-based line of the finding'),
      rule: z.string().max(60).optional(),
      fix: z.string().max(60).optional().describe('Id of the fix, as findings give it'),
    },
    (engine, { file, line, rule, fix }) => {
      const found = engine
        .check(analysedPath(file))
        .find(
          (one) =>
            one.range.start.line + 1 === line &&
            (rule === undefined || one.rule === rule) &&
            one.fixes.length > 0,
        );
      if (!found) throw new RequestError('Nothing that has a fix is found in this line.');
      return previewOf(engine, found, fix);
    },
  ),
];

/** What an agent may ask of entries; all that is given has to hold. */
interface Wanted {
  file?: string | undefined;
  name?: string | undefined;
  model?: string | undefined;
  access?: 'reads' | 'writes' | undefined;
  kind?: string | undefined;
  guard?: string | undefined;
  role?: string | undefined;
  calls?: string | undefined;
  validates?: string | undefined;
  revalidates?: string | undefined;
  list?: string | undefined;
}

function filterOf(wanted: Wanted): (entry: MapEntry) => boolean {
  const file = wanted.file === undefined ? undefined : analysedPath(wanted.file);
  const low = (text: string | undefined): string | undefined => text?.toLowerCase();
  const has = (names: readonly string[] | undefined, given: string | undefined): boolean =>
    given === undefined || names?.some((one) => low(one) === low(given)) === true;
  return (entry) => {
    const { reads = [], writes = [] } = entry;
    const touched =
      wanted.access === 'reads' ? reads : wanted.access === 'writes' ? writes : [...reads, ...writes];
    const own = entry.kind === 'model' && wanted.access === undefined ? [entry.label] : [];
    return (
      (file === undefined || entry.file === file) &&
      has([entry.label], wanted.name) &&
      has([...own, ...touched], wanted.model) &&
      has([entry.kind], wanted.kind) &&
      has(entry.guard === undefined ? [] : [entry.guard], wanted.guard) &&
      has(entry.roles, wanted.role) &&
      has(
        entry.calls?.flatMap((id) => [id.slice(id.indexOf('#') + 1), id.slice(id.indexOf(':') + 1)]),
        wanted.calls,
      ) &&
      has(entry.validation, wanted.validates) &&
      has(entry.revalidates, wanted.revalidates) &&
      has(entry.list === undefined ? [] : [entry.list], wanted.list)
    );
  };
}

/** Ids of the entries that touch a model themselves, and not through a service. */
function directUsers(apps: readonly MapApp[], model: string | undefined): ReadonlySet<string> {
  if (model === undefined) return new Set();
  return new Set(
    apps.flatMap(({ entries, edges }) => {
      const own = entries.find(
        ({ kind, label }) => kind === 'model' && label.toLowerCase() === model.toLowerCase(),
      )?.id;
      return edges.filter(({ to }) => to === own).map(({ from }) => from);
    }),
  );
}

/**
 * Callers that are no entries of the map, such as components; and those of a function that is none itself.
 * @param reference `path#name`
 * @param known entries that call it
 */
function callersOf(engine: Engine, reference: string, known: readonly MapEntry[]): string[] {
  const file = analysedPath(reference.slice(0, reference.lastIndexOf('#')));
  const symbol = reference.slice(reference.lastIndexOf('#'));
  const ids = new Set(known.map(({ id }) => id));
  return ['service', 'action', 'function']
    .flatMap((kind) => engine.incoming(`${kind}:${file}${symbol}`))
    .filter(({ item }) => !ids.has(item.id))
    .map(({ item }) => plain(`${item.kind} ${item.label}  ${item.file}:${item.range.start.line + 1}`));
}

function previewOf(engine: Engine, found: Found, fix: string | undefined): string {
  const offer =
    fix === undefined
      ? (found.fixes.find(({ preferred }) => preferred) ?? found.fixes[0])
      : found.fixes.find(({ recipe }) => recipe === fix);
  if (!offer) throw new RequestError(`It offers ${found.fixes.map(({ recipe }) => recipe).join(', ')}.`);
  const result = engine.edits(found, offer);
  if (!result.ok) throw new RequestError(`This fix can not be made here: ${result.reason}`);
  const lines = [`${result.title} (${offer.trust})`];
  for (const { file, create, edits } of result.changes) {
    const text = engine.text(file) ?? '';
    lines.push(create ? `new file ${file}` : file);
    for (const { start, end, text: added } of edits) {
      const from = text.lastIndexOf('\n', start - 1) + 1;
      const next = text.indexOf('\n', end);
      const to = next < 0 ? text.length : next;
      lines.push(`@ line ${text.slice(0, from).split('\n').length}`);
      if (!create)
        lines.push(
          ...text
            .slice(from, to)
            .split('\n')
            .map((one) => `-${one}`),
        );
      lines.push(
        ...(text.slice(from, start) + added + text.slice(end, to)).split('\n').map((one) => `+${one}`),
      );
    }
  }
  return lines.map(plain).join('\n');
}
