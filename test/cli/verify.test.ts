/** `backend-specialist verify` as it is shipped: real processes, with the compiler and the Prisma that the sample apps have installed. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, watch } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ensureInstall } from '../apps/install.mjs';
import { builtCli, createWorkspace, git, run, writeIn } from './run.ts';

/** Compilers, Prisma and the embedded PostgreSQL take seconds on a loaded machine. */
const patience = 180_000;

const tsconfig = JSON.stringify({
  compilerOptions: { strict: true, noEmit: true, module: 'esnext', moduleResolution: 'bundler', types: [] },
  include: ['lib/**/*.ts'],
});

const init =
  'CREATE TABLE "Note" (\n  "id" TEXT NOT NULL,\n  CONSTRAINT "Note_pkey" PRIMARY KEY ("id")\n);\n';
const schema = (fields = '') =>
  `generator client {\n  provider = "prisma-client"\n  output   = "../lib/generated/prisma"\n}\n\ndatasource db {\n  provider = "postgresql"\n}\n\nmodel Note {\n  id String @id\n${fields}}\n`;

const app = {
  'package.json': '{ "dependencies": { "next": "16.0.0", "prisma": "7.0.0", "typescript": "7.0.0" } }',
  'tsconfig.json': tsconfig,
  'prisma.config.ts':
    "import { defineConfig, env } from 'prisma/config';\n\nexport default defineConfig({ schema: 'prisma/schema.prisma', datasource: { url: env('DATABASE_URL') } });\n",
  'prisma/schema.prisma': schema(),
  'prisma/migrations/1_init/migration.sql': init,
  'app/page.tsx': 'export default function Page() {\n  return null;\n}\n',
  'lib/a.ts': 'export const a: number = 1;\n',
  '.gitignore': 'node_modules\n',
};

function commit(root: string): void {
  git(root, 'init', '-q', '-b', 'main');
  git(root, 'add', '-A');
  git(root, 'commit', '-qm', 'chore: begin');
}

/** With what the sample apps have installed. */
function installedApp(files: { [file: string]: string } = {}): string {
  const root = createWorkspace({ ...app, ...files });
  symlinkSync(path.join(ensureInstall(), 'node_modules'), path.join(root, 'node_modules'), 'junction');
  commit(root);
  return root;
}

/** A program in place of the real one, where that cannot do here what is to be tested. @param code the body of a script */
function fakeProgram(root: string, name: 'typescript' | 'prisma', program: string, code: string): void {
  const manifest = JSON.stringify({ name, version: '9.9.9', type: 'module', bin: { [program]: './run.js' } });
  writeIn(root, `node_modules/${name}/package.json`, manifest);
  writeIn(root, `node_modules/${name}/run.js`, code);
}

interface Table {
  version: number;
  root: string;
  verdict: string;
  steps: {
    step: string;
    subject: string;
    verdict: string;
    by: string;
    summary: string;
    advice: string | null;
    problems: {
      severity: string;
      rule: string | null;
      file: string | null;
      line: number | null;
      column: number | null;
      message: string;
    }[];
    output: string;
  }[];
}

async function verify(root: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const { DATABASE_URL: _none, ...rest } = process.env;
  const { code, stdout, stderr } = await run(root, ['verify', '--format', 'json', ...args], {
    ...rest,
    ...env,
  });
  // The test that reads a field fails when the shape is another.
  const table = JSON.parse(stdout) as Table;
  return {
    code,
    stderr,
    table,
    rows: table.steps.map(({ step, subject, verdict }) => `${step} ${subject} ${verdict}`),
  };
}

test(
  'an app that is in order, with its own compiler and Prisma: one table, one verdict',
  async () => {
    const root = installedApp();
    await run(root, ['map', '--write']);
    const { code, table, rows } = await verify(root, ['--no-database']);
    expect(rows).toEqual([
      'typescript  passed',
      'prisma prisma/schema.prisma passed',
      'migrations prisma/schema.prisma passed',
      'map  passed',
      'rules  passed',
    ]);
    expect({ code, verdict: table.verdict, version: table.version, root: table.root }).toEqual({
      code: 0,
      verdict: 'passed',
      version: 1,
      root,
    });
    const [typescript, prisma, migrations, , rules] = table.steps;
    expect(typescript?.by).toMatch(/^TypeScript \d+\.\d+\.\d+$/);
    expect(prisma?.by).toMatch(/^Prisma 7\./);
    // The configuration wants a variable that nobody set.
    expect(prisma?.summary).toBe('the schema is valid; a placeholder stood for DATABASE_URL');
    expect(migrations?.by).toBe('embedded PostgreSQL; no database: it was not to be asked');
    expect(rules?.summary).toBe('no errors or warnings in 1 file');
    const pretty = await run(root, ['verify', '--skip', 'migrations', '--skip', 'prisma']);
    expect(pretty.code).toBe(0);
    expect(pretty.stdout).toMatch(/✔ TypeScript {3}\. {3}passed {2}[\d.]+ s {2}no errors \(TypeScript /);
    expect(pretty.stdout).toMatch(/✔ Verified: 3 checks passed\.\n$/);
  },
  patience,
);

test(
  'what is wrong is said at its place',
  async () => {
    const root = installedApp();
    writeIn(root, 'lib/a.ts', "export const a: number = '1';\n");
    writeIn(root, 'prisma/schema.prisma', schema('  text Strin\n'));
    writeIn(
      root,
      'lib/actions/note.ts',
      "'use server';\nimport { prisma } from '../db';\nexport async function removeAll() {\n  await prisma.note.deleteMany();\n}\n",
    );
    const { code, table, rows } = await verify(root, ['--no-database', '--skip', 'migrations']);
    expect(rows).toEqual([
      'typescript  failed',
      'prisma prisma/schema.prisma failed',
      'map  failed',
      'rules  failed',
    ]);
    expect({ code, verdict: table.verdict }).toEqual({ code: 1, verdict: 'failed' });
    const problems = table.steps.map((step) => step.problems);
    expect(problems[0]).toContainEqual({
      severity: 'error',
      rule: 'TS2322',
      file: 'lib/a.ts',
      line: 1,
      column: 14,
      message: "Type 'string' is not assignable to type 'number'.",
    });
    expect(problems[1]).toMatchObject([
      { file: 'prisma/schema.prisma', line: 12, message: expect.stringContaining('Strin') },
    ]);
    expect(problems[2]).toMatchObject([{ message: 'doc/documentation/backend-map.md is missing' }]);
    expect(problems[3]?.map(({ rule, line }) => `${rule}:${line}`)).toContain('no-unbounded-write:4');
  },
  patience,
);

test(
  'a schema that is ahead of its migrations, without a database; the SQL is shown',
  async () => {
    const root = installedApp();
    writeIn(root, 'prisma/schema.prisma', schema('  text String?\n'));
    const { stdout, code } = await run(root, ['verify', '--only', 'migrations', '--no-database']);
    expect(code).toBe(1);
    expect(stdout).toContain(
      'the schema has changes that no migration holds (embedded PostgreSQL; no database:',
    );
    expect(stdout).toContain('ADD COLUMN     "text" TEXT;');
    expect(stdout).toContain('→ Make the migration');
  },
  patience,
);

test(
  'the database is asked where one answers, and it is said which was',
  async () => {
    const root = createWorkspace(app);
    fakeProgram(
      root,
      'prisma',
      'prisma',
      `console.log('Datasource "db": PostgreSQL database "shop", schema "public" at "db.example:5432"\\n');
       if (process.env.STATE === 'behind') { console.log('Following migration have not yet been applied:\\n1_\\u001b[2Jinit\\n\\nTo apply'); process.exit(1); }
       if (process.env.STATE === 'gone') { console.error("Error: P1001: Can't reach database server at db.example:5432"); process.exit(1); }
       console.log(process.argv.slice(2).join(' '));`,
    );
    const ask = (state: string) => verify(root, ['--only', 'migrations'], { STATE: state });
    const current = await ask('current');
    expect(current.code).toBe(0);
    expect(current.table.steps).toMatchObject([
      { by: 'PostgreSQL shop at db.example:5432', verdict: 'passed', summary: 'all migrations are applied' },
      { by: 'embedded PostgreSQL', verdict: 'passed' },
    ]);
    expect(current.table.steps[0]?.output).toContain('migrate status');
    const gone = await ask('gone');
    expect(gone.code).toBe(0);
    expect(gone.table.steps).toMatchObject([
      { by: "embedded PostgreSQL; no database: P1001: Can't reach database server at db.example:5432" },
    ]);
    // Nothing that a program writes reaches the terminal as it is.
    const { stdout, code } = await run(root, ['verify', '--only', 'migrations'], { STATE: 'behind' });
    expect(code).toBe(1);
    expect(stdout).toContain('1 not applied (PostgreSQL shop at db.example:5432)');
    expect(stdout).toContain('1_init is not applied');
    expect(stdout).not.toContain('\u001b');
  },
  patience,
);

test('escape sequences of a compiler are shown as text', async () => {
  const root = createWorkspace(app);
  fakeProgram(
    root,
    'typescript',
    'tsc',
    `console.log('lib/a.ts(1,1): error TS1: \\u001b]0;x\\u0007\\u001b[2J \\u202e'); process.exit(2);`,
  );
  const { stdout, code } = await run(root, ['verify', '--only', 'typescript']);
  expect(code).toBe(1);
  expect(stdout).toContain(String.raw`lib/a.ts:1:1 TS1 \u001b]0;x\u0007 \u202e`);
  for (const character of ['\u001b', '\u0007', '\u202e']) expect(stdout).not.toContain(character);
});

test('a compiler that is not there, one that says nothing, and an app without one', async () => {
  const root = createWorkspace(app);
  git(root, 'init', '-q');
  const missing = await verify(root, ['--only', 'typescript', '--only', 'prisma']);
  expect(missing.code).toBe(1);
  expect(missing.table.steps).toMatchObject([
    {
      step: 'typescript',
      summary: 'TypeScript is not installed here',
      advice: expect.stringContaining('npm install -D typescript'),
    },
    { step: 'prisma', summary: 'Prisma is not installed here' },
  ]);
  fakeProgram(root, 'typescript', 'tsc', `console.error('Segmentation fault'); process.exit(3);`);
  const crashed = await verify(root, ['--only', 'typescript']);
  expect(crashed.table.steps).toMatchObject([
    { verdict: 'failed', summary: 'Segmentation fault', by: 'TypeScript 9.9.9' },
  ]);
  const plain = createWorkspace({ 'package.json': '{}' });
  const none = await verify(plain, ['--skip', 'map']);
  expect(none.code).toBe(0);
  expect(none.rows).toEqual([
    'typescript  skipped',
    'prisma  skipped',
    'migrations  skipped',
    'rules  passed',
  ]);
});

test('each application of a monorepo has its row, by the compiler nearest to it; a solution means its projects', async () => {
  const own = '{ "dependencies": { "next": "16.0.0" } }';
  const root = createWorkspace({
    'package.json': '{ "workspaces": ["apps/*"] }',
    'apps/web/package.json': own,
    'apps/web/app/page.tsx': 'export default function Page() { return null; }\n',
    'apps/web/tsconfig.json': '{ "files": [], "references": [{ "path": "./app" }, { "path": "./lib" }], }',
    'apps/admin/package.json': own,
    'apps/admin/app/page.tsx': 'export default function Page() { return null; }\n',
    'apps/admin/tsconfig.json': '{}',
  });
  const say = (name: string) => `console.log('${name} ' + process.argv.slice(2).join(' '));`;
  fakeProgram(root, 'typescript', 'tsc', say('shared'));
  const nested = path.join('apps', 'admin');
  mkdirSync(path.join(root, nested), { recursive: true });
  writeIn(
    root,
    'apps/admin/node_modules/typescript/package.json',
    '{ "version": "8.8.8", "bin": { "tsc": "./run.js" } }',
  );
  writeIn(root, 'apps/admin/node_modules/typescript/run.js', say('own'));
  const { table, code } = await verify(path.join(root, 'apps/web'), ['--only', 'typescript']);
  expect(code).toBe(0);
  expect(table.steps).toMatchObject([
    { subject: 'apps/admin', by: 'TypeScript 8.8.8', output: expect.stringContaining('own --noEmit') },
    { subject: 'apps/web', by: 'TypeScript 9.9.9' },
  ]);
  const projects = table.steps[1]?.output
    .trim()
    .split('\n')
    .map((line) => line.split('-p ')[1]);
  expect(projects).toEqual([path.join(root, 'apps/web/app'), path.join(root, 'apps/web/lib')]);
});

/** A compiler that starts another process, writes down both ids and never ends. */
const endless = `
  import { spawn } from 'node:child_process';
  import { writeFileSync, renameSync } from 'node:fs';
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
  writeFileSync('pids.tmp', JSON.stringify([process.pid, child.pid]));
  renameSync('pids.tmp', 'pids');
  setInterval(() => {}, 1000);
`;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // One that nobody waited for is gone as well.
  const status = `/proc/${pid}/stat`;
  return !existsSync(status) || !/\) Z /.test(readFileSync(status, 'utf8'));
}

const pidsOf = (root: string): number[] => {
  const pids: unknown = JSON.parse(readFileSync(path.join(root, 'pids'), 'utf8'));
  return Array.isArray(pids) ? pids.map(Number) : [];
};

test('a compiler that hangs is ended with all that it started', async () => {
  const root = createWorkspace(app);
  fakeProgram(root, 'typescript', 'tsc', endless);
  const { code, table } = await verify(root, ['--only', 'typescript', '--timeout', '3']);
  expect(code).toBe(1);
  expect(table.steps).toMatchObject([
    { verdict: 'failed', summary: 'did not end within 3 seconds, so it was ended' },
  ]);
  expect(pidsOf(root).map(isRunning)).toEqual([false, false]);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends everything that runs, says so, and gives %i', async (signal, status) => {
  const root = createWorkspace(app);
  fakeProgram(root, 'typescript', 'tsc', endless);
  const started = new Promise<void>((resolve) => {
    const watcher = watch(root, () => {
      if (!existsSync(path.join(root, 'pids'))) return;
      watcher.close();
      resolve();
    });
  });
  const child = spawn(
    process.execPath,
    [builtCli, 'verify', '--format', 'json', '--no-cache', '--skip', 'migrations'],
    { cwd: root },
  );
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (data: string) => {
    stdout += data;
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  await started;
  child.kill(signal);
  expect(await closed).toBe(status);
  // The test that reads a field fails when the shape is another.
  const table = JSON.parse(stdout) as Table;
  expect(table.verdict).toBe('cancelled');
  expect(table.steps[0]).toMatchObject({ step: 'typescript', verdict: 'cancelled' });
  expect(table.steps.map(({ step }) => step)).toEqual(['typescript', 'prisma', 'map', 'rules']);
  expect(pidsOf(root).map(isRunning)).toEqual([false, false]);
});

test('which files the rules look at', async () => {
  const bad =
    "'use server';\nimport { prisma } from '../db';\nexport async function removeAll() {\n  await prisma.note.deleteMany();\n}\n";
  const root = createWorkspace({ ...app, 'lib/actions/old.ts': bad });
  commit(root);
  writeIn(root, 'lib/actions/new.ts', bad);
  const filesOf = async (...args: string[]) => {
    const { table } = await verify(root, ['--only', 'rules', ...args]);
    return [...new Set(table.steps[0]?.problems.map(({ file }) => file))];
  };
  expect(await filesOf()).toEqual(['lib/actions/new.ts']);
  expect(await filesOf('--staged')).toEqual([]);
  expect(await filesOf('--all')).toEqual(['lib/actions/new.ts', 'lib/actions/old.ts']);
  expect(await filesOf('--since', 'HEAD')).toEqual(['lib/actions/new.ts']);
  await run(root, ['check', '--baseline', 'known.json', '--write-baseline']);
  expect(await filesOf('--all', '--baseline', 'known.json')).toEqual([]);
  // Without a repository there is nothing to compare with.
  const plain = createWorkspace({ ...app, 'lib/actions/old.ts': bad });
  const { table } = await verify(plain, ['--only', 'rules']);
  expect(table.steps[0]).toMatchObject({ verdict: 'failed', by: 'all files: not inside a git repository' });
});

test.each([
  [['--only', 'tsc'], 'unknown check "tsc"'],
  [['--skip', 'rule'], 'Did you mean "rules"?'],
  [['--only', 'map', '--skip', 'rules'], 'exclude each other'],
  [['--timeout', '0'], '--timeout takes a whole number'],
  [['--timeout', '1e9'], '--timeout takes a whole number'],
  [['--max-warnings', '-1'], 'ambiguous'],
  [['--format', 'xml'], 'unknown format'],
  [['--since', 'no-such-revision', '--only', 'rules'], 'unknown revision'],
  [['--all', '--staged'], 'exclude each other'],
  [['--baseline', 'none.json', '--only', 'rules'], 'no such baseline'],
  [['.'], 'unexpected argument'],
  [
    ['--skip', 'typescript', '--skip', 'prisma', '--skip', 'migrations', '--skip', 'map', '--skip', 'rules'],
    'nothing is left',
  ],
])('2 for %j', async (args, message) => {
  const root = createWorkspace({ 'package.json': '{}' });
  git(root, 'init', '-q');
  const { code, stdout, stderr } = await run(root, ['verify', ...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
});
