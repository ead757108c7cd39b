import { describe, expect, it } from 'vitest';
import {
  applyFix,
  difference,
  findings,
  findingsOf,
  messageId,
  openFixture,
} from '../../../test/kit/check.ts';
import type { Fixture, FixtureOptions } from '../../../test/kit/check.ts';
import type { Files } from '../../../test/kit/fixture.ts';
import { editedSchema, schemaBase, schemaBaseMigration, schemaEdits } from '../../../test/kit/schemaEdits.ts';

const RULE = 'pending-destructive-change';
const INIT = 'prisma/migrations/20260101000000_init/migration.sql';
const SCHEMA = 'prisma/schema.prisma';

const shown = (fixture: Fixture): string[] =>
  findings(fixture, RULE)
    .map(
      (finding) =>
        `${messageId(finding)} ${finding.severity} «${fixture.engine.text(finding.file)?.slice(finding.start, finding.end) ?? ''}»`,
    )
    .toSorted();

const open = (files: Files, options: FixtureOptions = {}): Promise<Fixture> =>
  openFixture(files, { base: false, ...options });

const withSchema = (schema: string, more: Files = {}): Promise<Fixture> =>
  open({ [SCHEMA]: schema, [INIT]: schemaBaseMigration, ...more });

const edited = (name: string): string => {
  const edit = schemaEdits.find((candidate) => candidate.name === name);
  if (!edit) throw new Error(`no edit "${name}"`);
  return editedSchema(edit);
};

/** A schema of one model and the migration that made it. */
const small = (model: string, sql: string): Promise<Fixture> =>
  open({
    [SCHEMA]: `datasource db {\n  provider = "postgresql"\n}\n\n${model}\n`,
    [INIT]: sql,
  });

it('the base is what its migration builds', async () => {
  expect(shown(await withSchema(schemaBase))).toEqual([]);
});

describe('each edit', () => {
  it.each(schemaEdits.map((edit) => [edit.name, edit] as const))('%s', async (_, edit) => {
    expect(shown(await withSchema(editedSchema(edit)))).toEqual(edit.told);
  });
});

it('between them the edits draw every message but one', () => {
  const drawn = new Set(schemaEdits.flatMap(({ told }) => told.map((line) => line.split(' ')[0])));
  expect([...drawn].toSorted()).toEqual([
    'addRequired',
    'cascade',
    'dropColumn',
    'dropTable',
    'enumRemoved',
    'enumRenamed',
    'foreignKey',
    'narrowChanged',
    'narrowRejected',
    'noCast',
    'recreateColumn',
    'renameColumn',
    'renameTable',
    'setRequired',
    'unique',
  ]);
});

describe('deletes', () => {
  const sql = (action: string): string =>
    `CREATE TABLE "A" ("id" INTEGER NOT NULL, CONSTRAINT "A_pkey" PRIMARY KEY ("id"));
CREATE TABLE "B" ("id" INTEGER NOT NULL, "aId" INTEGER, CONSTRAINT "B_pkey" PRIMARY KEY ("id"));
ALTER TABLE "B" ADD CONSTRAINT "B_aId_fkey" FOREIGN KEY ("aId") REFERENCES "A"("id") ON DELETE ${action} ON UPDATE CASCADE;`;
  const model = (onDelete: string): string =>
    `model A {\n  id Int @id\n  bs B[]\n}\n\nmodel B {\n  id  Int  @id\n  aId Int?\n  a   A?   @relation(fields: [aId], references: [id]${onDelete})\n}`;

  it.each<[string, string, string[]]>([
    ['RESTRICT', ', onDelete: Cascade', ['cascade']],
    ['RESTRICT', '', ['setNull']],
    ['SET NULL', ', onDelete: Cascade', ['cascade']],
    ['CASCADE', '', []],
    ['CASCADE', ', onDelete: Restrict', []],
    ['SET NULL', '', []],
  ])('%s to %s', async (from, to, expected) => {
    const lines = shown(await small(model(to), sql(from)));
    expect(lines.map((line) => line.split(' ')[0])).toEqual(expected);
  });
});

describe('names and schemas', () => {
  it('a table, a column and an enum with names of their own', async () => {
    const sql = `CREATE TYPE "order_state" AS ENUM ('open', 'closed');
CREATE TABLE "orders" ("id" TEXT NOT NULL, "order_note" TEXT, "state" "order_state" NOT NULL, CONSTRAINT "orders_pkey" PRIMARY KEY ("id"));`;
    const model = (note: string, values: string): string => `model Order {
  id    String @id
${note}  state State

  @@map("orders")
}

enum State {
${values}
  @@map("order_state")
}`;
    const first = '  OPEN @map("open")\n';
    const second = '  CLOSED @map("closed")\n';
    const note = '  note  String? @map("order_note")\n';
    expect(shown(await small(model(note, first + second), sql))).toEqual([]);
    const fixture = await small(model('', first), sql);
    expect(shown(fixture)).toEqual(['dropColumn error «Order»', 'enumRemoved error «State»']);
    expect(findings(fixture, RULE)[0]?.message).toContain('`order_note` of `orders` (model `Order`)');
  });

  it('several schemas of a database', async () => {
    const schema = (field: string): string => `datasource db {
  provider = "postgresql"
  schemas  = ["public", "audit"]
}

model Event {
  id   Int @id
${field}
  @@schema("audit")
}
`;
    const sql = `CREATE SCHEMA IF NOT EXISTS "audit";
CREATE TABLE "audit"."Event" ("id" INTEGER NOT NULL, "text" TEXT, CONSTRAINT "Event_pkey" PRIMARY KEY ("id"));`;
    expect(shown(await open({ [SCHEMA]: schema('  text String?\n'), [INIT]: sql }))).toEqual([]);
    expect(shown(await open({ [SCHEMA]: schema(''), [INIT]: sql }))).toEqual(['dropColumn error «Event»']);
  });

  it('a schema of several files: each tells of its own', async () => {
    const fixture = await open({
      'prisma/schema/base.prisma': 'datasource db {\n  provider = "postgresql"\n}\n',
      'prisma/schema/user.prisma': 'model User {\n  id   Int     @id\n  full String?\n}\n',
      'prisma/schema/log.prisma': 'model Log {\n  id Int @id\n}\n',
      'prisma/schema/migrations/20260101000000_init/migration.sql':
        'CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);\nCREATE TABLE "Log" ("id" INTEGER NOT NULL PRIMARY KEY, "msg" TEXT);',
      'prisma.config.ts':
        "import { defineConfig } from 'prisma/config';\nexport default defineConfig({ schema: 'prisma/schema', migrations: { path: 'prisma/schema/migrations' } });\n",
    });
    expect(findings(fixture, RULE).map(({ file }) => file)).toEqual([
      'prisma/schema/log.prisma',
      'prisma/schema/user.prisma',
    ]);
    expect(shown(fixture)).toEqual(['dropColumn error «Log»', 'renameColumn error «full»']);
  });
});

describe('what is judged', () => {
  it('all migrations count, renames, types and hand-written steps too', async () => {
    const steps = `ALTER TABLE "Log" RENAME TO "Entry";
ALTER TABLE "Entry" RENAME CONSTRAINT "Log_pkey" TO "Entry_pkey";
ALTER TABLE "Entry" RENAME COLUMN "msg" TO "text";
ALTER TABLE "Entry" ALTER COLUMN "text" SET DATA TYPE VARCHAR(80);`;
    const schema = schemaBase.replace(
      'model Log {\n  id  Int    @id\n  msg String\n}',
      'model Entry {\n  id   Int    @id\n  text String @db.VarChar(80)\n}',
    );
    const later = 'prisma/migrations/20260102000000_entries/migration.sql';
    expect(shown(await withSchema(schema, { [later]: steps }))).toEqual([]);
    expect(shown(await withSchema(schemaBase, { [later]: steps }))).toEqual(['dropTable error «db»']);
  });

  it.each<[string, string, string]>([
    [
      'an index for some rows, an expression, a check',
      'model A {\n  id Int @id\n  n  Int?\n}',
      'CREATE TABLE "A" ("id" INTEGER NOT NULL, "n" INTEGER, CONSTRAINT "A_pkey" PRIMARY KEY ("id"));\nCREATE UNIQUE INDEX "some" ON "A"("n") WHERE "n" > 0;\nCREATE INDEX "other" ON "A"(abs("n"));\nALTER TABLE "A" ADD CONSTRAINT "c" CHECK ("n" > 0);',
    ],
    [
      'views and tables of other schemas',
      'model A {\n  id Int @id\n}\n\nview V {\n  id Int @unique\n}',
      'CREATE TABLE "A" ("id" INTEGER NOT NULL, CONSTRAINT "A_pkey" PRIMARY KEY ("id"));\nCREATE VIEW "V" AS SELECT id FROM "A";\nCREATE SCHEMA reports;\nCREATE TABLE reports.daily (id int);',
    ],
    [
      'a generated column that the schema leaves out',
      'model A {\n  id Int @id\n}',
      'CREATE TABLE "A" ("id" INTEGER NOT NULL, "twice" INTEGER GENERATED ALWAYS AS (id * 2) STORED, CONSTRAINT "A_pkey" PRIMARY KEY ("id"));',
    ],
    [
      'a table made under a condition',
      'model A {\n  id Int @id\n}',
      'CREATE TABLE "A" ("id" INTEGER NOT NULL, CONSTRAINT "A_pkey" PRIMARY KEY ("id"));\nDO $$ BEGIN IF 1 = 1 THEN CREATE TABLE "B" (id int); END IF; END $$;',
    ],
    [
      'a temporary table',
      'model A {\n  id Int @id\n}',
      'CREATE TABLE "A" ("id" INTEGER NOT NULL, CONSTRAINT "A_pkey" PRIMARY KEY ("id"));\nCREATE TEMP TABLE t AS SELECT * FROM "A";',
    ],
    [
      'a type that Prisma has no name for',
      'model A {\n  id  Int @id\n  doc Unsupported("tsvector")?\n}',
      'CREATE TABLE "A" ("id" INTEGER NOT NULL, "doc" tsvector, CONSTRAINT "A_pkey" PRIMARY KEY ("id"));',
    ],
    [
      'a join table of an older version',
      'model A {\n  id Int @id\n  bs B[]\n}\n\nmodel B {\n  id Int @id\n  as A[]\n}',
      'CREATE TABLE "A" ("id" INTEGER NOT NULL, CONSTRAINT "A_pkey" PRIMARY KEY ("id"));\nCREATE TABLE "B" ("id" INTEGER NOT NULL, CONSTRAINT "B_pkey" PRIMARY KEY ("id"));\nCREATE TABLE "_AToB" ("A" INTEGER NOT NULL, "B" INTEGER NOT NULL);\nCREATE UNIQUE INDEX "_AToB_AB_unique" ON "_AToB"("A", "B");\nCREATE INDEX "_AToB_B_index" ON "_AToB"("B");\nALTER TABLE "_AToB" ADD CONSTRAINT "_AToB_A_fkey" FOREIGN KEY ("A") REFERENCES "A"("id") ON DELETE CASCADE ON UPDATE CASCADE;\nALTER TABLE "_AToB" ADD CONSTRAINT "_AToB_B_fkey" FOREIGN KEY ("B") REFERENCES "B"("id") ON DELETE CASCADE ON UPDATE CASCADE;',
    ],
  ])('is silent about %s', async (_, model, sql) => {
    expect(shown(await small(model, sql))).toEqual([]);
  });

  it('says nothing of what is missing while a file does not parse', async () => {
    const broken = schemaBase.replace('model Log {', 'modl Log {');
    expect(shown(await withSchema(broken))).toEqual([]);
    // What can be read is compared.
    expect(shown(await withSchema(broken.replace('  name     String?\n', '')))).toEqual([
      'dropColumn error «User»',
    ]);
  });

  it('says nothing of a line that is being typed', async () => {
    expect(shown(await withSchema(schemaBase.replace('  name     String?', '  name     ')))).toEqual([]);
    expect(shown(await withSchema(schemaBase.replace('  name     String?', '  name     Strin?')))).toEqual(
      [],
    );
  });

  it('says nothing of tables that somebody else takes care of', async () => {
    const config = (external: string): string =>
      `import { defineConfig } from 'prisma/config';\n\nexport default defineConfig({ schema: 'prisma/schema.prisma', tables: { external: [${external}] } });\n`;
    const schema = edited('drop a model');
    expect(shown(await withSchema(schema, { 'prisma.config.ts': config("'public.Log'") }))).toEqual([]);
    expect(shown(await withSchema(schema, { 'prisma.config.ts': config("'auth.Log'") }))).toEqual([
      'dropTable error «db»',
    ]);
  });

  it('says nothing without migrations, and for other databases', async () => {
    expect(shown(await open({ [SCHEMA]: edited('drop a model') }))).toEqual([]);
    expect(shown(await withSchema(edited('drop a model').replace('postgresql', 'mysql')))).toEqual([]);
  });

  it('says nothing of what only migrations of this branch have made', async () => {
    const later = 'prisma/migrations/20260102000000_notes/migration.sql';
    const sql =
      'CREATE TABLE "Note" ("id" INTEGER NOT NULL, "text" TEXT, CONSTRAINT "Note_pkey" PRIMARY KEY ("id"));\nALTER TABLE "Log" ADD COLUMN "kind" TEXT;';
    const files = { [SCHEMA]: schemaBase, [INIT]: schemaBaseMigration, [later]: sql };
    expect(shown(await open(files, { committed: [INIT] }))).toEqual([]);
    expect(shown(await open(files, { committed: [INIT, later] }))).toEqual([
      'dropColumn error «Log»',
      'dropTable error «db»',
    ]);
  });
});

describe('fixes', () => {
  const choose = (recipe: string) => ({ rule: RULE, recipe });

  it.each<[string, string, string, string]>([
    ['rename an optional field', 'keep-name', '  fullName String?\n', '  fullName String? @map("name")\n'],
    ['rename a required field', 'keep-name', '  eMail    String\n', '  eMail    String @map("email")\n'],
    ['rename an enum value', 'keep-name', '  DELETED\n', '  DELETED @map("GONE")\n'],
    [
      'rename a model',
      'keep-name',
      'model AuditLog {\n  id  Int    @id\n  msg String\n}',
      'model AuditLog {\n  id  Int    @id\n  msg String\n\n  @@map("Log")\n}',
    ],
    ['add a required field', 'make-optional', '  city     String\n', '  city     String?\n'],
    ['make a field required', 'make-optional', '  name     String\n', '  name     String?\n'],
  ])('%s: %s', async (name, recipe, from, to) => {
    const fixture = await withSchema(edited(name));
    const after = applyFix(fixture, choose(recipe))[SCHEMA] ?? '';
    expect(after).toBe(edited(name).replace(from, to));
    const again = await withSchema(after);
    expect(shown(again)).toEqual([]);
  });

  it('none for a field that says its column', async () => {
    const [finding] = findings(await withSchema(edited('rename the column of a mapped field')), RULE);
    expect(finding?.fixes).toEqual([]);
  });

  it('hides nothing else', async () => {
    const fixture = await withSchema(edited('rename an optional field'));
    expect(difference(fixture.engine, findingsOf(fixture.engine, 'unsafe-migration'), [])).toBe('');
  });
});
