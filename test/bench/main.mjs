// npm run bench [-- --files 500,5000,20000 --folder DIR --quick --json FILE --no-others]
// Prints a table and writes JSON. Needs a build (`npm run build`), nothing else; works offline.
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { targets, writeCorpus } from './corpus.mjs';
import { checks, otherSession, ourSession } from './measures.mjs';

const repository = path.resolve(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '500,5000,20000' },
    folder: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string', default: path.join(repository, 'out/bench.json') },
    'no-others': { type: 'boolean', default: false },
  },
});

if (!existsSync(path.join(repository, 'dist/cli.js'))) {
  console.error('dist/ is missing: run `npm run build` first.');
  process.exit(2);
}

const amounts = values.quick
  ? { runs: 1, edits: 10, manyEdits: 50 }
  : { runs: 3, edits: 100, manyEdits: 1_000 };

/** Files of a real workspace to type into: a service or action of about 300 lines and the largest module of at most 2,000. */
function chooseTargets(root) {
  const found = [];
  const walk = (folder) => {
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const file = path.posix.join(folder, entry.name);
      if (entry.isDirectory() && !/^(node_modules|\.git|\.next|dist|build|out|generated)$/.test(entry.name))
        walk(file);
      else if (entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
        found.push({ file, lines: readFileSync(path.join(root, file), 'utf8').split('\n').length });
    }
  };
  walk('');
  if (found.length === 0) throw new Error(`${root} has no TypeScript`);
  const nearest = (lines) =>
    found.toSorted((a, b) => Math.abs(a.lines - lines) - Math.abs(b.lines - lines))[0].file;
  const [small, large] = [nearest(300), nearest(2_000)];
  return { small, ...(large === small ? {} : { large }), caller: small };
}

async function measure(name, root, files) {
  const say = (what) => process.stderr.write(`${name}: ${what}\n`);
  say('checks');
  const check = await checks(root, amounts.runs);
  say('our language server');
  const sessions = { ours: await ourSession(root, files, amounts) };
  if (!values['no-others'])
    for (const server of ['oxlint', 'biome']) {
      say(server);
      sessions[server] = await otherSession(server, root, files, amounts).catch((error) => ({
        error: error.message,
      }));
    }
  return { name, check, sessions };
}

const digits = (value, unit = '') =>
  value === undefined || Number.isNaN(value)
    ? '–'
    : `${value >= 100 ? Math.round(value) : value.toFixed(1)}${unit}`;
const three = (figures) =>
  figures?.count > 0 ? `${digits(figures.p50)} / ${digits(figures.p95)} / ${digits(figures.p99)}` : '–';

/** Rows of label and one cell for each workspace. */
function rows(results) {
  const ours = (pick) => results.map(({ sessions }) => pick(sessions.ours));
  const other = (server, pick) =>
    results.map(({ sessions }) =>
      sessions[server]?.keys ? pick(sessions[server]) : (sessions[server]?.error ?? '–'),
    );
  const out = [
    [
      'cold check, ms · peak MB',
      ...results.map(({ check }) => `${digits(check.cold.ms)} · ${check.cold.peakMB}`),
    ],
    [
      'warm check, ms · peak MB',
      ...results.map(({ check }) => `${digits(check.warm.ms)} · ${check.warm.peakMB}`),
    ],
    [
      'oxlint cold, ms · peak MB',
      ...results.map(({ check }) => `${digits(check.oxlint.ms)} · ${check.oxlint.peakMB}`),
    ],
    ['start → first diagnostic, cold, ms', ...ours(({ start }) => digits(start.cold.ms))],
    ['start → first diagnostic, warm, ms', ...ours(({ start }) => digits(start.warm.ms))],
    ['start → everything known, cold, ms', ...ours(({ index }) => digits(index.coldMs))],
    ['start → everything known, warm, ms', ...ours(({ index }) => digits(index.warmMs))],
    [
      'keystroke while indexing, p50/p95/p99 ms',
      ...ours(({ whileIndexed }) => `${three(whileIndexed)} (n=${whileIndexed.count})`),
    ],
    ['keystroke, 300 lines', ...ours(({ keys }) => three(keys.small))],
    ['keystroke, 2,000 lines', ...ours(({ keys }) => three(keys.large))],
    ['keystroke, client component', ...ours(({ keys }) => three(keys.leaf))],
    ['keystroke, shared guard', ...ours(({ keys }) => three(keys.guard))],
    ['guard changes → open caller', ...ours(({ guard }) => three(guard?.open))],
    [
      'guard changes → all closed callers',
      ...ours(({ guard }) => (guard ? `${three(guard.closed)} (${guard.filesToldOf} files)` : '–')),
    ],
    ['memory after index, MB', ...ours(({ memory }) => digits(memory.indexed))],
    [
      'memory after many edits · peak, MB',
      ...ours(({ memory }) => `${digits(memory.edited)} · ${digits(memory.peak)}`),
    ],
  ];
  if (!values['no-others'])
    for (const server of ['oxlint', 'biome'])
      out.push(
        [`${server}: start → first diagnostic, ms`, ...other(server, ({ start }) => digits(start.cold.ms))],
        [`${server}: keystroke, 300 lines`, ...other(server, ({ keys }) => three(keys.small))],
        [`${server}: keystroke, 2,000 lines`, ...other(server, ({ keys }) => three(keys.large))],
        [`${server}: memory, MB`, ...other(server, ({ memory }) => digits(memory.edited))],
      );
  return out;
}

function print(results) {
  const table = [['', ...results.map(({ name }) => name)], ...rows(results)];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table)
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
        .join('   '),
    );
}

const workspaces = [];
if (values.folder !== undefined) {
  const root = realpathSync(values.folder);
  workspaces.push({ name: path.basename(root), root, files: chooseTargets(root) });
} else
  for (const given of values.files.split(',')) {
    const count = Number(given);
    if (!Number.isInteger(count) || count < 50)
      throw new Error(`--files takes numbers of at least 50, not "${given}"`);
    workspaces.push({
      name: `${count} files`,
      root: writeCorpus(path.join(os.tmpdir(), 'backend-specialist-bench'), count),
      files: targets,
    });
  }

const results = [];
for (const { name, root, files } of workspaces) results.push(await measure(name, root, files));
mkdirSync(path.dirname(path.resolve(values.json)), { recursive: true });
const machine = { node: process.version, cpus: os.cpus().length, model: os.cpus()[0]?.model };
writeFileSync(values.json, `${JSON.stringify({ machine, results }, null, 2)}\n`);
print(results);
console.log(`\n${values.json}`);
