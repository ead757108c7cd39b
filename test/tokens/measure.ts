/** How many tokens the tools' answers to questions take, and how many the files take that one would read instead. */
import { encode } from 'gpt-tokenizer';
import * as z from 'zod';
import type { Engine } from '../../src/engine.ts';
import { answer, tools } from '../../src/mcp/tools.ts';

export const questionSchema = z.object({
  ask: z.string(),
  /** What an agent calls for it; `backend_map` where no tool is named. */
  calls: z.array(
    z.object({ tool: z.string().default('backend_map'), input: z.record(z.string(), z.unknown()) }),
  ),
  /** Texts that a full answer has. */
  expect: z.array(z.string()),
  /** What one would read: these files, and those in whose text a search finds something. */
  read: z.object({
    files: z.array(z.string()).default([]),
    /** A regular expression, ignoring case. */
    having: z.string().optional(),
    /** Only files whose path fits are searched. */
    in: z.string().optional(),
  }),
});
export type Question = z.input<typeof questionSchema>;

export interface Measured {
  ask: string;
  /** What is missing in the answer; empty when it is whole. */
  missing: string[];
  answered: number;
  /** Files that one would read, and their tokens. */
  files: number;
  read: number;
}

const tokens = (text: string): number => encode(text).length;

/** Files that belong to a backend: what may hold an answer. */
const isBackend = (file: string): boolean =>
  /\.([cm]?[jt]sx?|prisma|sql)$|(^|\/)\.env/.test(file) &&
  !/\.(test|spec|stories)\.|(^|\/)(node_modules|tests?|e2e|__tests__|generated)\//.test(file);

/**
 * Asks an engine that has everything indexed.
 * @param texts of the workspace by path
 * @throws when a question names a file that does not exist, or its search finds none
 */
export function measure(
  engine: Engine,
  texts: ReadonlyMap<string, string>,
  questions: readonly Question[],
): Measured[] {
  const size = new Map<string, number>();
  const sizeOf = (file: string): number => {
    const text = texts.get(file);
    if (text === undefined) throw new Error(`There is no ${file}.`);
    const known = size.get(file) ?? tokens(text);
    size.set(file, known);
    return known;
  };
  return questions.map((given) => {
    const { ask, calls, expect, read } = questionSchema.parse(given);
    const texted = calls.map(({ tool, input }) => {
      const { text, isError } = answer(tool, engine, input);
      if (isError) throw new Error(`${ask}: ${text}`);
      return { text, asked: tokens(JSON.stringify(input)) };
    });
    const text = texted.map((one) => one.text).join('\n');
    const pattern = read.having === undefined ? undefined : new RegExp(read.having, 'i');
    const where = read.in === undefined ? undefined : new RegExp(read.in);
    const found = [...texts].flatMap(([file, content]) =>
      pattern && isBackend(file) && (where?.test(file) ?? true) && pattern.test(content) ? [file] : [],
    );
    const files = [...new Set([...read.files, ...found])];
    if (files.length === 0) throw new Error(`${ask}: there is nothing to read.`);
    return {
      ask,
      missing: expect.filter((part) => !text.includes(part)),
      answered: texted.reduce((sum, one) => sum + one.asked, tokens(text)),
      files: files.length,
      read: files.reduce((sum, file) => sum + sizeOf(file), 0),
    };
  });
}

/** All of a backend: what an agent reads that scans the repository. */
export function wholeBackend(texts: ReadonlyMap<string, string>): { files: number; tokens: number } {
  const files = [...texts].filter(([file]) => isBackend(file));
  return { files: files.length, tokens: files.reduce((sum, [, text]) => sum + tokens(text), 0) };
}

/** What the descriptions of the tools take, once for each conversation. */
export const descriptionTokens = (): number =>
  tokens(
    JSON.stringify(
      tools.map(({ name, description, inputSchema }) => ({
        name,
        description,
        inputSchema: z.toJSONSchema(inputSchema, { io: 'input' }),
      })),
    ),
  );
