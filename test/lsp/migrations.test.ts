/** Code lenses of migrations and their status, by the built server over its protocol. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { CancellationTokenSource } from 'vscode-languageserver-protocol/node';
import {
  migrationStatusRequest,
  migrationTargetsRequest,
  type MigrationStatusResult,
} from '../../src/protocol/requests.ts';
import { createFolder, Editor, removeFolder, uriOf, writeIn } from './kit/editor.ts';

/** The embedded PostgreSQL takes seconds to start on a loaded machine. */
const patience = 120_000;

const folders: string[] = [];
const editors: Editor[] = [];

afterEach(async () => {
  await Promise.all(editors.splice(0).map((editor) => editor.stop()));
  for (const folder of folders.splice(0)) removeFolder(folder);
});

const first = 'prisma/migrations/1_init/migration.sql';
const second = 'prisma/migrations/2_next/migration.sql';
const init =
  'CREATE TABLE "Note" (\n  "id" SERIAL NOT NULL,\n  "text" TEXT NOT NULL,\n  "title" TEXT,\n  CONSTRAINT "Note_pkey" PRIMARY KEY ("id")\n);\n';
const drop = 'ALTER TABLE "Note" DROP COLUMN "title";\n\nCREATE INDEX "Note_text_idx" ON "Note"("text");\n';

async function start(
  migration: string,
  more: Partial<Parameters<typeof Editor.start>[0]> = {},
  files: { [file: string]: string } = {},
): Promise<{ editor: Editor; root: string }> {
  const root = createFolder({
    'package.json': '{ "name": "notes", "dependencies": { "next": "16.0.0", "prisma": "7.0.0" } }',
    'prisma/schema.prisma':
      'datasource db {\n  provider = "postgresql"\n}\n\nmodel Note {\n  id   Int    @id @default(autoincrement())\n  text String\n\n  @@index([text])\n}\n',
    [first]: init,
    [second]: migration,
    ...files,
  });
  folders.push(root);
  const editor = await Editor.start({ roots: [root], ...more });
  editors.push(editor);
  return { editor, root };
}

const lenses = (editor: Editor, root: string, file: string) => editor.lenses(root, file);

const status = (editor: Editor) =>
  editor.connection.sendRequest<MigrationStatusResult>(migrationStatusRequest.method, {});

const said = (editor: Editor, text: string) => () =>
  editor.messages.some((message) => message.includes(text));

test('a new migration has a line that says what it does, an old one has none', async () => {
  const { editor, root } = await start(drop);
  await editor.quiescent();
  expect(await lenses(editor, root, first)).toBeNull();
  expect(await lenses(editor, root, 'prisma/schema.prisma')).toBeNull();
  expect(await lenses(editor, root, second)).toMatchObject([
    {
      range: { start: { line: 0, character: 0 } },
      command: {
        title: '1 destructive · 1 locks Note',
        command: 'backendSpecialist.showPlaces',
        arguments: [
          uriOf(root, second),
          { line: 0, character: 0 },
          [
            { uri: uriOf(root, second), range: { start: { line: 0 } } },
            { uri: uriOf(root, second), range: { start: { line: 2 } } },
          ],
        ],
      },
    },
  ]);
});

test('the line names what code still uses', async () => {
  const code =
    "import { PrismaClient } from '@prisma/client';\nconst prisma = new PrismaClient();\nexport async function titles() {\n  return prisma.note.findMany({ select: { title: true }, take: 10 });\n}\n";
  const { editor, root } = await start(init, {}, { 'lib/services/note.service.ts': code });
  // Only version control knows what the running version still has.
  rmSync(path.dirname(path.join(root, second)), { recursive: true });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
      cwd: root,
    });
  git('init', '-q', '-b', 'main');
  git('add', 'package.json', 'prisma', 'lib');
  git('commit', '-q', '-m', 'chore: begin');
  await editor.connection.sendRequest('backendSpecialist/checkWorkspace', {});
  writeIn(root, second, drop);
  await editor.open(root, second, drop);
  expect(await lenses(editor, root, second)).toMatchObject([
    { command: { title: '1 destructive · 1 locks Note · code still reads Note.title' } },
  ]);
});

test('a migration that was just written and is opened at once is judged', async () => {
  const { editor, root } = await start(init);
  await editor.quiescent();
  const third = 'prisma/migrations/3_drop/migration.sql';
  const sql = 'DROP TABLE "Note";\n';
  writeIn(root, third, sql);
  // Asked in one breath, before any watcher tells of the file.
  const [, squiggles, [lens] = []] = await Promise.all([
    editor.open(root, third, sql),
    editor.squiggles(root, third),
    lenses(editor, root, third).then((found) => found ?? []),
  ]);
  expect(squiggles).toContainEqual(expect.stringContaining('destructive-migration'));
  expect(lens?.command?.title).toContain('1 destructive');
});

test('the line follows the text, and a step that somebody takes responsibility for is none', async () => {
  const { editor, root } = await start(drop);
  await editor.open(root, second, drop);
  await editor.replace(
    root,
    second,
    'ALTER',
    '-- backend-specialist: acknowledged nobody ever wrote one\nALTER',
  );
  expect(await lenses(editor, root, second)).toMatchObject([{ command: { title: '1 locks Note' } }]);
  await editor.replace(root, second, 'CREATE INDEX "Note_text_idx" ON "Note"("text");\n', 'SELECT 1;\n');
  expect(await lenses(editor, root, second)).toMatchObject([
    { command: { title: 'nothing destructive · no locks', command: '' } },
  ]);
});

test('the line can be switched off', async () => {
  const { editor, root } = await start(drop, {
    settings: () => ({ migrations: { codeLens: false } }),
  });
  await editor.quiescent();
  expect(await lenses(editor, root, second)).toBeNull();
});

test(
  'an editor that is not ours goes to the place, and asks for the status by a command',
  async () => {
    const { editor, root } = await start(drop, { options: null });
    const shown: unknown[] = [];
    editor.connection.onRequest('window/showDocument', (params: unknown) => {
      shown.push(params);
      return { success: true };
    });
    const asked: string[] = [];
    editor.connection.onRequest(
      'window/showMessageRequest',
      ({ actions }: { actions: { title: string }[] }) => {
        asked.push(...actions.map(({ title }) => title));
        return actions[1] ?? null;
      },
    );
    const [lens] = (await lenses(editor, root, second)) ?? [];
    expect(lens?.command?.command).toBe('backendSpecialist.showPlace');
    await editor.connection.sendRequest('workspace/executeCommand', lens?.command);
    expect(asked).toEqual([`${second}:1`, `${second}:3`]);
    expect(shown).toMatchObject([{ uri: uriOf(root, second), selection: { start: { line: 2 } } }]);
    const markdown = await editor.connection.sendRequest<string>('workspace/executeCommand', {
      command: 'backendSpecialist.showMigrationStatus',
    });
    expect(markdown).toContain('# Migration status');
    expect(markdown).toContain('1\\_init');
    expect(markdown).toContain(`](<${uriOf(root, second)}#L1>)`);
  },
  patience,
);

test(
  'the status of migrations, with links into them',
  async () => {
    const { editor } = await start(drop);
    const answer = migrationStatusRequest.result.parse(await status(editor));
    expect(answer.schemas).toEqual([
      {
        schema: 'prisma/schema.prisma',
        verdict: 'ok',
        step: 'in-step',
        migrations: [
          { name: '1_init', applies: 'yes' },
          { name: '2_next', applies: 'yes' },
        ],
      },
    ]);
    expect(answer.summary).toBe('prisma/schema.prisma: the migrations are in step');
    expect(answer.failure).toBeUndefined();
    expect(answer.markdown).not.toContain('file:');
  },
  patience,
);

test(
  'what the configuration leaves to somebody else is made first, and left out of the status',
  async () => {
    const { editor } = await start(
      'ALTER TABLE "Note" DROP COLUMN "title", ADD COLUMN "by" INTEGER;\nCREATE INDEX "Note_text_idx" ON "Note"("text");\nALTER TABLE "Note" ADD CONSTRAINT "Note_by_fkey" FOREIGN KEY ("by") REFERENCES "Person"("id") ON DELETE SET NULL ON UPDATE CASCADE;\n',
      {},
      {
        'prisma.config.ts':
          "import { defineConfig } from 'prisma/config';\n\nexport default defineConfig({\n  schema: 'prisma/schema.prisma',\n  tables: { external: ['public.Person'] },\n  migrations: { initShadowDb: `CREATE TABLE \"Person\" (\"id\" INTEGER PRIMARY KEY);` },\n});\n",
        'prisma/schema.prisma':
          'datasource db {\n  provider = "postgresql"\n}\n\nmodel Person {\n  id    Int    @id\n  notes Note[]\n}\n\nmodel Note {\n  id     Int     @id @default(autoincrement())\n  text   String\n  by     Int?\n  person Person? @relation(fields: [by], references: [id])\n\n  @@index([text])\n}\n',
      },
    );
    const answer = await status(editor);
    expect(answer.markdown).not.toContain('fails');
    expect(answer.schemas).toMatchObject([{ verdict: 'ok', step: 'in-step' }]);
  },
  patience,
);

test(
  'a migration that fails is told with its place',
  async () => {
    const { editor, root } = await start('SELECT 1;\nDROP TABLE "Nowhere";\n');
    const answer = await status(editor);
    expect(answer.schemas).toMatchObject([{ verdict: 'failed' }]);
    expect(answer.failure).toEqual({
      uri: uriOf(root, second),
      range: { start: { line: 1, character: 0 }, end: { line: 1, character: 20 } },
    });
  },
  patience,
);

test(
  'SQL that never ends: the server answers meanwhile, and the process is gone afterwards',
  async () => {
    const { editor, root } = await start('DO $$ BEGIN LOOP END LOOP; END $$;\n', {
      settings: () => ({ migrations: { timeout: 1 } }),
    });
    await editor.open(root, second, 'DO $$ BEGIN LOOP END LOOP; END $$;\n');
    await editor.quiescent();
    let isOver = false;
    const asked = status(editor).finally(() => {
      isOver = true;
    });
    await editor.until(said(editor, 'The embedded PostgreSQL has started'));
    expect((await editor.pull(root, second)).kind).toBe('full');
    expect(isOver).toBe(false);
    const answer = await asked;
    expect(answer.schemas).toMatchObject([{ verdict: 'unknown', step: 'unknown' }]);
    expect(answer.markdown).toContain('did not come to an end within 1 second');
    await editor.until(said(editor, 'The embedded PostgreSQL has ended'));
    expect((await editor.pull(root, second)).kind).toBe('full');
  },
  patience,
);

test(
  'giving up ends the process',
  async () => {
    const { editor } = await start('SELECT pg_sleep(1e6);\n');
    const source = new CancellationTokenSource();
    const asked = editor.connection.sendRequest(migrationStatusRequest.method, {}, source.token);
    await editor.until(said(editor, 'The embedded PostgreSQL has started'));
    source.cancel();
    await editor.until(said(editor, 'The embedded PostgreSQL has ended'));
    expect(migrationStatusRequest.result.parse(await asked).schemas).toMatchObject([{ verdict: 'unknown' }]);
  },
  patience,
);

test('in a workspace that is not trusted nothing is run', async () => {
  const { editor } = await start(drop, { options: { trusted: false } });
  const answer = await status(editor);
  expect(answer.schemas).toMatchObject([{ verdict: 'unknown', step: 'unknown' }]);
  expect(answer.markdown).toContain('not trusted');
  expect(said(editor, 'embedded PostgreSQL has started')()).toBe(false);
});

test('how a migration is made: with the project’s own package manager, from where Prisma finds its configuration', async () => {
  const targets = async (files: { [file: string]: string }) => {
    const { editor, root } = await start(drop, {}, files);
    return { root, targets: await editor.connection.sendRequest(migrationTargetsRequest.method, {}) };
  };
  const plain = await targets({});
  expect(plain.targets).toEqual([
    {
      schema: 'prisma/schema.prisma',
      migrations: uriOf(plain.root, 'prisma/migrations'),
      cwd: plain.root,
      command: ['npx', '--no-install', 'prisma', 'migrate', 'dev', '--create-only'],
    },
  ]);
  const elsewhere = await targets({
    'pnpm-lock.yaml': '',
    'packages/db/package.json': '{ "name": "db" }',
    'packages/db/data/main.prisma': 'datasource db {\n  provider = "postgresql"\n}\n',
  });
  expect(elsewhere.targets).toMatchObject([
    {
      schema: 'packages/db/data/main.prisma',
      cwd: `${elsewhere.root}/packages/db`,
      command: [
        'pnpm',
        'exec',
        'prisma',
        'migrate',
        'dev',
        '--create-only',
        '--schema',
        `${elsewhere.root}/packages/db/data/main.prisma`,
      ],
    },
    { schema: 'prisma/schema.prisma' },
  ]);
});
