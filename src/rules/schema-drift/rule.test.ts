import { describe, expect, it } from 'vitest';
import { applyFix, findings, openFixture } from '../../../test/kit/check.ts';
import type { Fixture } from '../../../test/kit/check.ts';
import type { Files } from '../../../test/kit/fixture.ts';
import { editedSchema, schemaBase, schemaBaseMigration, schemaEdits } from '../../../test/kit/schemaEdits.ts';

const RULE = 'schema-drift';
const INIT = 'prisma/migrations/20260101000000_init/migration.sql';
const SCHEMA = 'prisma/schema.prisma';

const shown = (fixture: Fixture): string[] =>
  findings(fixture, RULE).map(
    (finding) =>
      `${finding.severity} «${fixture.engine.text(finding.file)?.slice(finding.start, finding.end) ?? ''}» ${/it would (.*?)\. Without/.exec(finding.message)?.[1] ?? ''}`,
  );

const withSchema = (schema: string, more: Files = {}): Promise<Fixture> =>
  openFixture({ [SCHEMA]: schema, [INIT]: schemaBaseMigration, ...more }, { base: false });

const edited = (name: string): string => {
  const edit = schemaEdits.find((candidate) => candidate.name === name);
  if (!edit) throw new Error(`no edit "${name}"`);
  return editedSchema(edit);
};

describe('reports', () => {
  it.each<[string, string]>([
    ['add an optional field', '«city» add `city` to `User`'],
    ['add a field with a default', '«city» add `city` to `User`'],
    ['add a model', '«Note» create the table `Note`'],
    ['add an index', '«@@index([userId, views(sort: Desc)])» create the index `Post_userId_views_idx`'],
    ['drop an index', '«Post» drop the index `Post_status_idx`'],
    ['drop a unique', '«Post» drop the index `Post_title_key`'],
    ['add an enum value', '«Status» change the values of the enum `Status`'],
    ['make a field optional', '«email» change `email` of `User`'],
    ['Int to BigInt', '«score» change `score` of `User`'],
    ['another default', '«bio» change `bio` of `User`'],
    ['drop a default', '«bio» change `bio` of `User`'],
    ['an optional relation', '«userId» add `userId` to `Log`, and 1 more'],
  ])('%s', async (name, expected) => {
    expect(shown(await withSchema(edited(name)))).toEqual([`warning ${expected}`]);
  });

  it('a new enum, and the enum that nothing uses any more', async () => {
    const enums = schemaBase.replace('enum Status {', 'enum Kind {\n  A\n}\n\nenum Status {');
    expect(shown(await withSchema(enums))).toEqual(['warning «Kind» create the enum `Kind`']);
    const later = 'prisma/migrations/20260102000000_kind/migration.sql';
    expect(shown(await withSchema(schemaBase, { [later]: `CREATE TYPE "Kind" AS ENUM ('A');` }))).toEqual([
      'warning «db» drop the enum `Kind`',
    ]);
  });

  it('nothing that somebody else takes care of, in the schema or in the migrations', async () => {
    const config = (tables: string, enums: string): Files => ({
      'prisma.config.ts': `import { defineConfig } from 'prisma/config';\n\nexport default defineConfig({ schema: 'prisma/schema.prisma', tables: { external: [${tables}] }, enums: { external: [${enums}] } });\n`,
    });
    const schema = `${schemaBase}\nenum Mood {\n  GOOD\n}\n\nmodel Person {\n  id   Int  @id\n  mood Mood\n}\n`;
    const later = {
      'prisma/migrations/20260102000000_kind/migration.sql': `CREATE TYPE "Kind" AS ENUM ('A');`,
    };
    expect(
      shown(await withSchema(schema, { ...later, ...config("'auth.Person'", "'public.Mood'") })),
    ).toEqual(['warning «db» drop the enum `Kind`, and 1 more']);
    const all = config("'public.Person'", "'public.Mood', `public.Kind`");
    expect(shown(await withSchema(schema, { ...later, ...all }))).toEqual([]);
  });

  it('other names of keys', async () => {
    const schema = schemaBase
      .replace('references: [id])\n\n  @@map', 'references: [id], map: "owner_fk")\n\n  @@map')
      .replace('model Log {\n  id  Int    @id', 'model Log {\n  id  Int    @id(map: "log_id")')
      .replace('@@index([status])', '@@index([status], map: "by_status")');
    const fixture = await withSchema(schema);
    expect(shown(fixture)).toEqual(
      ['warning «log_id» change the primary key of `Log`, and 2 more'].map((line) =>
        line.replace('«log_id»', '«id»'),
      ),
    );
    expect(findings(fixture, RULE)[0]?.related.map(({ message }) => message)).toEqual([
      'It would rename the foreign key `profiles_userId_fkey` to `owner_fk`.',
      'It would rename the index `Post_status_idx` to `by_status`.',
    ]);
  });

  it('in the first file of several', async () => {
    const fixture = await openFixture(
      {
        'prisma/schema/base.prisma': 'datasource db {\n  provider = "postgresql"\n}\n',
        'prisma/schema/user.prisma': 'model User {\n  id   Int     @id\n  name String?\n}\n',
        'prisma/schema/log.prisma': 'model Log {\n  id Int @id\n}\n',
        'prisma/schema/migrations/20260101000000_init/migration.sql':
          'CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);',
        'prisma.config.ts':
          "import { defineConfig } from 'prisma/config';\nexport default defineConfig({ schema: 'prisma/schema', migrations: { path: 'prisma/schema/migrations' } });\n",
      },
      { base: false },
    );
    expect(findings(fixture, RULE).map(({ file }) => file)).toEqual(['prisma/schema/user.prisma']);
    expect(shown(fixture)).toEqual(['warning «name» add `name` to `User`, and 1 more']);
  });
});

describe('accepts', () => {
  it.each<[string, string]>([
    ['what is in step', schemaBase],
    ['names that the database keeps', edited('rename a field, keeping its column')],
    ['a model whose table keeps its name', edited('rename a model, keeping its table')],
    ['comments and blanks', schemaBase.replace('model Log {', '/// A note.\nmodel Log {\n')],
    [
      'what only Prisma Client makes',
      schemaBase.replace('  name     String?', '  name     String?   @default(cuid())'),
    ],
    ['when a row was changed', schemaBase.replace('@default(now())', '@default(now()) @updatedAt')],
    ['what is told of already', edited('drop an optional field')],
    ['a rename, of which both halves are told of', edited('rename an optional field')],
    ['a renamed model', edited('rename a model')],
    ['what rows may refuse', edited('make a field required')],
    ['a many-to-many relation that goes', edited('drop a many-to-many relation')],
    ['an ignored model', schemaBase.replace('  msg String\n}', '  msg String\n\n  @@ignore\n}')],
    ['another database', edited('add a model').replace('postgresql', 'sqlite')],
  ])('%s', async (_, schema) => {
    expect(shown(await withSchema(schema))).toEqual([]);
  });

  it('a project without migrations', async () => {
    expect(shown(await openFixture({ [SCHEMA]: schemaBase }, { base: false }))).toEqual([]);
  });

  it('what is being typed, until it is saved', async () => {
    const fixture = await withSchema(schemaBase);
    const text = edited('add an optional field');
    fixture.engine.update([{ file: SCHEMA, text, unsaved: true }]);
    expect(shown(fixture)).toEqual([]);
    fixture.engine.update([{ file: SCHEMA, text }]);
    expect(shown(fixture)).toEqual(['warning «city» add `city` to `User`']);
  });

  it('the migration, once it is there', async () => {
    const later = 'prisma/migrations/20260102000000_city/migration.sql';
    const fixture = await withSchema(edited('add an optional field'));
    expect(shown(fixture)).toHaveLength(1);
    fixture.engine.update([{ file: later, text: 'ALTER TABLE "User" ADD COLUMN "city" TEXT;' }]);
    expect(shown(fixture)).toEqual([]);
  });
});

it('an index that a fix has added to the schema still needs its migration', async () => {
  const fixture = await withSchema(schemaBase);
  const after = applyFix(fixture, { rule: 'missing-index', recipe: 'add-index' })[SCHEMA] ?? '';
  expect(shown(await withSchema(after))).toEqual([
    'warning «@@index([userId])» create the index `Post_userId_idx`',
  ]);
});
