import { describe, expect, it } from 'vitest';
import { baseApp } from '../../../test/kit/baseApp.ts';
import { applyFix, findings, messageId, openFixture, refusal } from '../../../test/kit/check.ts';
import type { Fixture } from '../../../test/kit/check.ts';

const RULE = 'edited-migration';
const FOLDER = 'prisma/migrations';
const INIT = `${FOLDER}/20260101000000_init/migration.sql`;
const at = (name: string): string => `${FOLDER}/${name}/migration.sql`;
const A = at('20260210090000_a');
const B = at('20260220090000_b');
const POST = 'ALTER TABLE "Post" ADD COLUMN "x" TEXT;\n';
const USER = 'ALTER TABLE "User" ADD COLUMN "y" TEXT;\n';
const base = { [INIT]: baseApp[INIT] ?? '' };

const open = (
  files: Record<string, string>,
  committed: Record<string, string> | undefined = {},
): Promise<Fixture> => openFixture(files, { committed: { ...base, ...committed } });

const shown = (fixture: Fixture): string[] =>
  findings(fixture, RULE).map(
    (finding) =>
      `${messageId(finding)} ${finding.severity} «${fixture.engine.text(finding.file)?.slice(finding.start, finding.end) ?? ''}»`,
  );

const judge = async (
  files: Record<string, string>,
  committed: Record<string, string> = {},
): Promise<string[]> => shown(await open(files, committed));

describe('reports', () => {
  it.each<[string, string, string, string]>([
    ['a changed type', POST, POST.replace('TEXT', 'INTEGER'), 'INTEGER'],
    ['an added statement', POST, `${POST}\n${USER}`, USER.trim()],
    ['an added comment', POST, `-- why\n${POST}`, '-- why'],
    ['an added clause', POST, POST.replace(';', ' NOT NULL;'), 'NOT NULL'],
    ['a statement that is gone', `SELECT 1;\n${POST}`, POST, POST.trim()],
    ['a last statement that is gone', `${POST}${USER}`, POST, POST.trim()],
    ['everything gone', POST, '', ''],
    [
      'an acknowledgement added later',
      POST,
      `-- backend-specialist: acknowledged it ran\n${POST}`,
      '-- backend-specialist: acknowledged it ran',
    ],
    ['a text that no longer parses', POST, `SELEC ${POST}`, 'SELEC'],
  ])('%s', async (_, before, now, flagged) => {
    expect(await judge({ [A]: now }, { [A]: before })).toEqual([`edited error «${flagged}»`]);
  });

  it('a change of the first migration, and of several', async () => {
    const files = { [INIT]: `${base[INIT]}\n${USER}`, [A]: USER };
    expect(await judge(files, { [A]: POST })).toHaveLength(2);
  });

  it('a rename', async () => {
    expect(await judge({ [at('20260210090000_b')]: POST }, { [A]: POST })).toEqual([
      'renamed error «ALTER TABLE "Post"»',
    ]);
  });

  it('a new migration that an older one has overtaken', async () => {
    expect(await judge({ [A]: POST, [B]: POST }, { [B]: POST })).toEqual([
      'order error «ALTER TABLE "Post"»',
    ]);
    expect(await judge({ [A]: USER, [B]: POST }, { [B]: POST })).toEqual([
      'orderApart info «ALTER TABLE "User"»',
    ]);
    const tags = 'CREATE TABLE "Tag" ("id" TEXT, "post" TEXT REFERENCES "Post"("id"));';
    expect(await judge({ [A]: tags, [B]: POST }, { [B]: POST })).toEqual([
      'order error «CREATE TABLE "Tag"»',
    ]);
    const role = `ALTER TYPE "Role" ADD VALUE 'A';`;
    const swap = 'ALTER TABLE "User" ADD COLUMN "r" "Role";';
    expect(await judge({ [A]: role, [B]: swap }, { [B]: swap })).toHaveLength(1);
  });

  it('migrations that are gone, at the data source', async () => {
    expect(await judge({}, { [A]: POST })).toEqual(['missing warning «db»']);
    const [finding] = findings(await open({}, { [A]: POST, [B]: USER }), RULE);
    expect(finding?.message).toContain('the migrations `20260210090000_a`, `20260220090000_b`');
  });

  it('in a mapped folder, for any database', async () => {
    const files = {
      'package.json': '{ "dependencies": { "next": "16.0.0", "@prisma/client": "7.0.0" } }',
      'db/schema.prisma': 'datasource db {\n  provider = "mysql"\n}\n\nmodel A {\n  id Int @id\n}\n',
      'prisma.config.ts': `import { defineConfig } from 'prisma/config';\nexport default defineConfig({ schema: 'db/schema.prisma', migrations: { path: 'db/migrations' } });\n`,
      'db/migrations/1_init/migration.sql': 'CREATE TABLE `A` (`id` INTEGER NOT NULL, `b` TEXT);\n',
    };
    const fixture = await openFixture(files, {
      base: false,
      committed: { 'db/migrations/1_init/migration.sql': 'CREATE TABLE `A` (`id` INTEGER NOT NULL);\n' },
    });
    expect(shown(fixture)).toEqual(['edited error «, `b` TEXT»']);
  });
});

it('says what it found', async () => {
  const messages = new Set<string>();
  for (const [files, committed] of [
    [{ [A]: USER }, { [A]: POST }],
    [{ [B]: POST }, { [A]: POST }],
    [{ [A]: USER, [B]: POST }, { [B]: POST }],
    [{}, { [A]: POST }],
  ])
    for (const finding of findings(await open(files ?? {}, committed), RULE))
      messages.add(messageId(finding));
  expect(messages).toEqual(new Set(['edited', 'renamed', 'orderApart', 'missing']));
});

describe('is silent about', () => {
  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['what is as it was', { [A]: POST }, { [A]: POST }],
    ['line ends', { [A]: POST.replaceAll('\n', '\r\n') }, { [A]: POST }],
    ['line ends the other way', { [A]: POST }, { [A]: POST.replaceAll('\n', '\r\n') }],
    ['new migrations behind the others', { [A]: POST, [B]: POST }, { [A]: POST }],
    ['new migrations of any text', { [A]: 'SELEC 1;' }, {}],
    ['an empty migration', { [A]: '-- This is an empty migration.\n', [B]: POST }, { [B]: POST }],
    [
      'another folder',
      { [A]: POST, 'other/migrations/20260301000000_x/migration.sql': POST },
      { 'other/migrations/20260301000000_x/migration.sql': POST },
    ],
    [
      'files that Prisma doesn’t run',
      { [`${FOLDER}/20260210090000_a/down.sql`]: 'SELECT 2;' },
      { [`${FOLDER}/20260210090000_a/down.sql`]: 'SELECT 1;' },
    ],
    ['SQL elsewhere', { 'scripts/x.sql': 'SELECT 2;' }, { 'scripts/x.sql': 'SELECT 1;' }],
  ])('%s', async (_, files, committed) => {
    expect(await judge(files, committed)).toEqual([]);
  });

  it('everything without version control', async () => {
    expect(shown(await openFixture({ [A]: POST, [B]: POST }))).toEqual([]);
  });

  it('changes where only the names of the committed files are known', async () => {
    expect(shown(await openFixture({ [A]: POST }, { committed: [INIT, A] }))).toEqual([]);
  });
});

describe('follows', () => {
  it('the text while it is typed, and the base branch', async () => {
    const fixture = await open({ [A]: POST }, { [A]: POST });
    fixture.engine.update([{ file: A, text: USER }]);
    expect(shown(fixture)).toHaveLength(1);
    fixture.engine.setCommitted(
      new Map([
        [INIT, base[INIT]],
        [A, USER],
      ]),
    );
    expect(shown(fixture)).toEqual([]);
    fixture.engine.setCommitted(undefined);
    fixture.engine.update([{ file: A, text: POST }]);
    expect(shown(fixture)).toEqual([]);
  });
});

describe('the fix', () => {
  const fixed = async (
    files: Record<string, string>,
    committed: Record<string, string>,
    recipe?: string,
  ): Promise<Record<string, string>> =>
    applyFix(await open(files, committed), { rule: RULE, ...(recipe === undefined ? {} : { recipe }) });

  it('moves what was added to a migration behind the last one', async () => {
    expect(
      await fixed({ [A]: `${POST}\n-- AlterTable\n${USER}`, [B]: POST }, { [A]: POST, [B]: POST }),
    ).toEqual({
      [A]: POST,
      [at('20260220090001_a')]: `-- AlterTable\n${USER}`,
    });
  });

  it('puts the text back, with the line ends of the file', async () => {
    expect(await fixed({ [A]: `${USER}${POST}` }, { [A]: POST }, 'restore')).toEqual({ [A]: POST });
    const windows = `-- x\r\n${POST.replaceAll('\n', '\r\n')}`;
    expect(await fixed({ [A]: windows }, { [A]: POST }, 'restore')).toEqual({
      [A]: POST.replaceAll('\n', '\r\n'),
    });
  });

  it('renames back and behind', async () => {
    const b = at('20260210090000_b');
    expect(await fixed({ [b]: POST }, { [A]: POST })).toEqual({ [b]: '', [A]: POST });
    expect(await fixed({ [A]: POST, [B]: POST }, { [B]: POST })).toEqual({
      [A]: '',
      [at('20260220090001_a')]: POST,
    });
  });

  it('creates what is gone', async () => {
    expect(await fixed({}, { [A]: POST, [B]: USER })).toEqual({ [A]: POST, [B]: USER });
  });

  it('is refused for an added comment alone, and not offered when more was changed', async () => {
    const comment = await open({ [A]: `${POST}-- that's it\n` }, { [A]: POST });
    expect(refusal(comment, { rule: RULE, recipe: 'new-migration' })).toBe(
      'The change isn’t only something that was added at the end.',
    );
    const changed = findings(await open({ [A]: USER }, { [A]: POST }), RULE);
    expect(changed.flatMap(({ fixes }) => fixes.map(({ recipe }) => recipe))).toEqual(['restore']);
  });
});
