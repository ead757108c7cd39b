/** The next migration's dangers, told while the schema is typed: the built server with the real engine. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { editedSchema, schemaBase, schemaBaseMigration, schemaEdits } from '../kit/schemaEdits.ts';
import type { SchemaEdit } from '../kit/schemaEdits.ts';
import { createFolder, Editor, removeFolder, uriOf } from './kit/editor.ts';

const SCHEMA = 'prisma/schema.prisma';
const SERVICE = 'lib/services/user.service.ts';
const service = `import { prisma } from '@/lib/db';

export function nameOf(id: number) {
  return prisma.user.findUnique({ where: { id }, select: { name: true } });
}
`;

/** All but the code that reads rows. */
const project = {
  'package.json': '{ "dependencies": { "next": "16.0.0", "@prisma/client": "7.0.0" } }',
  'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }',
  'lib/db.ts':
    "import { PrismaClient } from './generated/prisma/client';\n\nexport const prisma = new PrismaClient();\n",
  [SCHEMA]: schemaBase,
  'prisma/migrations/20260101000000_init/migration.sql': schemaBaseMigration,
};

let root: string;
let editor: Editor;
beforeAll(async () => {
  root = createFolder({
    ...project,
    [SERVICE]: service,
  });
  editor = await Editor.start({ roots: [root] });
  await editor.quiescent();
  await editor.open(root, SCHEMA, schemaBase);
  await editor.open(root, SERVICE, service);
}, 60_000);
afterAll(async () => {
  await editor.stop();
  removeFolder(root);
});

const text = (): string => editor.document(root, SCHEMA).getText();

/** Takes the old text away and types the new one, key by key. */
async function type({ change }: SchemaEdit): Promise<void> {
  for (const [from, to] of change) {
    const offset = text().indexOf(from);
    let same = 0;
    while (same < Math.min(from.length, to.length) && from[same] === to[same]) same++;
    await editor.edit(root, SCHEMA, { start: offset + same, end: offset + from.length }, '');
    for (let at = same; at < to.length; at++)
      await editor.edit(root, SCHEMA, { start: offset + at, end: offset + at }, to.charAt(at));
  }
}

async function undo(): Promise<void> {
  await editor.edit(root, SCHEMA, { start: 0, end: text().length }, schemaBase);
}

const told = async (file = SCHEMA): Promise<string[]> =>
  (await editor.squiggles(root, file)).filter((line) =>
    /^(pending|schema-drift|migration-breaks)/.test(line),
  );

describe('each edit, typed', () => {
  test.each(schemaEdits.map((edit) => [edit.name, edit] as const))('%s', async (_, edit) => {
    await type(edit);
    expect(text()).toBe(editedSchema(edit));
    // The message and the severity are the rule's tests; here counts what shows where.
    const expected = edit.told.map(
      (line) => `pending-destructive-change ${/«([^»]*)»/.exec(line)?.[1] ?? ''}`,
    );
    const found = (await told()).filter((line) => !line.startsWith('migration-breaks-code'));
    expect(found.toSorted()).toEqual(expected.toSorted());
    await undo();
    expect(await told()).toEqual([]);
  });
});

test('the code that still reads a field is told of, and no longer when the field is back', async () => {
  expect(await told(SERVICE)).toEqual([]);
  await editor.replace(root, SCHEMA, '  name     String?\n', '');
  expect(await told(SERVICE)).toEqual(['migration-breaks-code name']);
  expect((await told()).toSorted()).toEqual([
    'migration-breaks-code User',
    'pending-destructive-change User',
  ]);
  await undo();
  expect(await told(SERVICE)).toEqual([]);
});

test('a missing migration is told of once the schema is saved', async () => {
  await editor.replace(root, SCHEMA, '  score ', '  city     String?\n  score ');
  expect(await told()).toEqual([]);
  await editor.connection.sendNotification('textDocument/didSave', {
    textDocument: { uri: uriOf(root, SCHEMA) },
  });
  expect(await told()).toEqual(['schema-drift city']);
  await undo();
  expect(await told()).toEqual([]);
});

test('a field that hundreds of files read is told of at once, and the code as soon as it is known', async () => {
  const readers = Array.from({ length: 300 }, (_, i): [string, string] => [
    `lib/services/user${i}.service.ts`,
    service.replace('nameOf', `nameOf${i}`),
  ]);
  const many = createFolder({
    ...project,
    ...Object.fromEntries(readers),
  });
  const other = await Editor.start({ roots: [many] });
  try {
    await other.quiescent();
    await other.open(many, SCHEMA, schemaBase);
    expect((await other.squiggles(many, SCHEMA)).join()).not.toContain('pending');
    await other.replace(many, SCHEMA, '  name     String?\n', '');
    let refreshes = other.refreshes;
    let found = await other.squiggles(many, SCHEMA);
    expect(found).toContain('pending-destructive-change User');
    // Whether the code could be told of at once is the machine's matter; that it is in the end isn't.
    while (!found.includes('migration-breaks-code User')) {
      const seen = refreshes;
      await other.until(() => other.refreshes > seen);
      refreshes = other.refreshes;
      found = await other.squiggles(many, SCHEMA);
    }
    const report = await other.pull(many, SCHEMA);
    const items = report.kind === 'full' ? report.items : [];
    expect(items.map(({ message }) => message).join('\n')).toContain('in 300 places of 300 files');
  } finally {
    await other.stop();
    removeFolder(many);
  }
}, 60_000);
