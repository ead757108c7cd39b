/**
 * Prints what the answers of the tools cost beside the files that they stand for.
 *   npm run tokens                               the sample app shop, with the questions of questions.ts
 *   npm run tokens -- <folder> <questions.json>  any workspace, with questions in the same form
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { createNodeHost } from '../../src/host/node.ts';
import { Engine } from '../../src/engine.ts';
import { appDir } from '../apps/install.mjs';
import { appFiles, openApp } from '../kit/apps.ts';
import { descriptionTokens, measure, questionSchema, wholeBackend, type Question } from './measure.ts';
import { shopQuestions } from './questions.ts';

interface Subject {
  engine: Engine;
  texts: Map<string, string>;
  questions: readonly Question[];
}

async function sample(): Promise<Subject> {
  const { engine } = await openApp('shop');
  const texts = Object.entries(appFiles('shop')).map(([file, text]): [string, string] => [file, text ?? '']);
  return { engine, texts: new Map(texts), questions: shopQuestions };
}

async function workspace(folder: string, questions: string): Promise<Subject> {
  const host = createNodeHost(folder, { git: false });
  const engine = await Engine.create({ host });
  const tree = await host.list();
  engine.setTree(tree);
  for (;;) if (engine.index(1000, () => performance.now(), []).complete) break;
  const texts = new Map(tree.map(({ file }) => [file, host.read(file) ?? '']));
  const given: unknown = JSON.parse(readFileSync(questions, 'utf8'));
  return { engine, texts, questions: z.array(questionSchema).parse(given) };
}

const number = (value: number): string => value.toLocaleString('en-US');
const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

const [folder, file] = process.argv.slice(2);
const { engine, texts, questions } =
  folder === undefined || file === undefined ? await sample() : await workspace(path.resolve(folder), file);
const rows = measure(engine, texts, questions);
console.log('| Question | Answered | Tokens | Files | Their tokens | Share |\n|---|---|---|---|---|---|');
for (const { ask, missing, answered, files, read } of rows)
  console.log(
    `| ${ask} | ${missing.length === 0 ? 'yes' : `no: ${missing.join(', ')}`} | ${number(answered)} | ${files} | ${number(read)} | ${share(answered, read)} |`,
  );
const sum = (of: 'answered' | 'read') => rows.reduce((total, row) => total + row[of], 0);
const whole = wholeBackend(texts);
const shares = rows.map(({ answered, read }) => answered / read).toSorted((a, b) => a - b);
console.log(
  [
    '',
    `${folder ?? path.basename(appDir('shop'))}: ${rows.filter(({ missing }) => missing.length === 0).length} of ${rows.length} answered`,
    `answers and calls: ${number(sum('answered'))} tokens; the files needed: ${number(sum('read'))} tokens; share ${share(sum('answered'), sum('read'))}, median ${share(shares[Math.floor(shares.length / 2)] ?? 0, 1)}`,
    `the whole backend once: ${number(whole.files)} files, ${number(whole.tokens)} tokens; share ${share(sum('answered'), whole.tokens)}`,
    `descriptions of the tools, once a conversation: ${number(descriptionTokens())} tokens`,
  ].join('\n'),
);
