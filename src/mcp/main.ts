/** The MCP server over standard input and output: the engine's map and findings as tools for agents. It reads; it writes nothing. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';
import type { Engine } from '../engine.ts';
import { ownVersion, rulePage, type NodeHost } from '../host/node.ts';
import { plain } from '../report/model.ts';
import { entryLine, findingLine, fit, page, type Found } from './answers.ts';
import { analysedPath, Freshness, RequestError } from './workspace.ts';

const MAX_TEXT = 1_000_000;
const paging = {
  limit: z.number().int().min(1).max(200).default(40).describe('Lines of one answer'),
  cursor: z.string().max(12).optional().describe('Where an earlier answer ended'),
};
const filePath = z.string().min(1).max(500).describe('Path from the workspace root');
const readOnly = { annotations: { readOnlyHint: true, openWorldHint: false } };

interface Answer {
  [key: string]: unknown;
  content: { type: 'text'; text: string }[];
  isError?: true;
}

/** Serves until standard input ends. */
export async function serve(engine: Engine, host: NodeHost): Promise<void> {
  const freshness = new Freshness(engine, host);
  const server = new McpServer({ name: 'backend-specialist', version: ownVersion() });

  /** What goes wrong is told to the agent, never thrown at the transport. */
  const answer =
    <T>(work: (input: T) => string) =>
    async (input: T): Promise<Answer> => {
      try {
        await freshness.refresh();
        return { content: [{ type: 'text', text: work(input) }] };
      } catch (error) {
        const text =
          error instanceof RequestError
            ? error.message
            : `internal error: ${error instanceof Error ? error.message : String(error)}`;
        return { content: [{ type: 'text', text: plain(text) }], isError: true };
      }
    };

  server.registerTool(
    'backend_map',
    {
      description:
        'Actions, routes, pages, services, models, schemas, env variables, migrations of this backend: guard with evidence, roles, what each reads, writes, validates, calls. Ask this before reading code.',
      inputSchema: {
        file: filePath.optional(),
        model: z.string().max(100).optional().describe('Entries that read, write or are this model'),
        kind: z
          .string()
          .max(20)
          .optional()
          .describe('action, route, page, service, guard, validation, model, env, migration, proxy'),
        query: z
          .string()
          .max(300)
          .optional()
          .describe('Words of a question; the best fitting entries come first'),
        ...paging,
      },
      ...readOnly,
    },
    answer(({ file, model, kind, query, limit, cursor }) => {
      const at = file === undefined ? undefined : analysedPath(file);
      const name = model?.toLowerCase();
      const entries = engine
        .map()
        .apps.flatMap((app) => app.entries)
        .filter(
          (entry) =>
            (at === undefined || entry.file === at) &&
            (kind === undefined || entry.kind === kind) &&
            (name === undefined ||
              (entry.kind === 'model' && entry.label.toLowerCase() === name) ||
              [...(entry.reads ?? []), ...(entry.writes ?? [])].some((one) => one.toLowerCase() === name)),
        );
      const words = (query ?? '').toLowerCase().match(/[\p{L}\p{N}_]{3,}/gu) ?? [];
      const ranked =
        words.length === 0
          ? entries
          : entries
              .map((entry) => ({ entry, score: fit(entry, words) }))
              .filter(({ score }) => score > 0)
              .toSorted((a, b) => b.score - a.score)
              .map(({ entry }) => entry);
      return page([...new Set(ranked.map(entryLine))], limit, cursor);
    }),
  );

  server.registerTool(
    'backend_findings',
    {
      description: 'What is wrong in files, or in the whole workspace: rule, place, reason, fixes on offer.',
      inputSchema: {
        files: z.array(filePath).max(50).optional(),
        rule: z.string().max(60).optional(),
        ...paging,
      },
      ...readOnly,
    },
    answer(({ files, rule, limit, cursor }) => {
      const wanted = files?.map(analysedPath) ?? engine.files();
      const found = wanted
        .flatMap((file) => engine.check(file))
        .filter((finding) => rule === undefined || finding.rule === rule);
      return page(found.map(findingLine), limit, cursor);
    }),
  );

  server.registerTool(
    'check_patch',
    {
      description:
        'Check before you write: gives what proposed texts of files would bring and what they would mend. Nothing is written.',
      inputSchema: {
        files: z
          .array(z.object({ file: filePath, text: z.string().max(MAX_TEXT).describe('The whole new text') }))
          .min(1)
          .max(20),
        ...paging,
      },
      ...readOnly,
    },
    answer(({ files, limit, cursor }) => {
      const changes = files.map(({ file, text }) => ({ file: analysedPath(file), text }));
      if (changes.some(({ text }) => text.includes('\0')))
        throw new RequestError('Texts only: this one holds a NUL.');
      const names = [...new Set(changes.map(({ file }) => file))];
      const before = names.map((file) => ({ file, text: engine.text(file) }));
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
    }),
  );

  server.registerTool(
    'explain_rule',
    {
      description: 'The page of a rule: why, what it accepts, its fix, examples.',
      inputSchema: { rule: z.string().max(60) },
      ...readOnly,
    },
    answer(({ rule }) => {
      const text = rulePage(rule);
      if (text === undefined)
        throw new RequestError('There is no such rule; backend_findings names those that found something.');
      // The page's first line tells where it is made from.
      return text.replace(/^<!--[\s\S]*?-->\s*/, '');
    }),
  );

  server.registerTool(
    'preview_fix',
    {
      description: 'The verified edits of a fix, as lines taken away and added. Nothing is written.',
      inputSchema: {
        file: filePath,
        line: z.number().int().min(1).describe('1-based line of the finding'),
        rule: z.string().max(60).optional(),
        fix: z.string().max(60).optional().describe('Id of the fix, as findings give it'),
      },
      ...readOnly,
    },
    answer(({ file, line, rule, fix }) => {
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
    }),
  );

  const transport = new StdioServerTransport();
  const closed = new Promise<void>((resolve) => {
    process.stdin.once('end', () => {
      resolve();
    });
  });
  await server.connect(transport);
  await closed;
  await server.close();
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
