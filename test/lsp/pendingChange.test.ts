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

let root: string;
let editor: Editor;
beforeAll(async () => {
  root = createFolder({
    'package.json': '{ "dependencies": { "next": "16.0.0", "@prisma/client": "7.0.0" } }',
    'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }',
    'lib/db.ts':
      "import { PrismaClient } from './generated/prisma/client';\n\nexport const prisma = new PrismaClient();\n",
    [SCHEMA]: schemaBase,
    'prisma/migrations/20260101000000_init/migration.sql': schemaBaseMigration,
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
