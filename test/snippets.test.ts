/** The snippets as they are shipped: each expansion, with each choice, is right for the parser, the compiler, the database and every rule. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../src/engine.ts';
import { prepareApp, typecheckApp } from './apps/install.mjs';
import { appFiles } from './kit/apps.ts';
import { openFiles } from './kit/check.ts';
import type { Files } from './kit/fixture.ts';
import {
  postsMigration,
  shippedSnippets,
  sites,
  snippetApp,
  typedInto,
  withModel,
  type ShippedSnippet,
} from './kit/snippetApp.ts';
import type { Expansion } from './kit/snippets.ts';
import { MigrateDev } from './prisma/schemaEngine.ts';

const all = shippedSnippets();
const shop = appFiles('shop');
const shopSchema = shop['prisma/schema.prisma'] ?? '';
const isSuppression = ({ file }: ShippedSnippet): boolean => file.includes('/suppressions/');
const forLanguage = (language: string): ShippedSnippet[] =>
  all.filter((snippet) => !isSuppression(snippet) && snippet.languages.includes(language));

function bodyOf(prefix: string): string {
  const [first] = all.find((snippet) => snippet.prefix === prefix)?.expansions ?? [];
  if (!first) throw new Error(`there is no ${prefix}`);
  return first.text;
}

/** Each expansion of some snippets, by a name that says which. */
function cases(snippets: readonly ShippedSnippet[]): [string, string, Expansion][] {
  return snippets.flatMap(({ prefix, expansions }) =>
    expansions.map((expansion): [string, string, Expansion] => [
      expansion.choice === '' ? prefix : `${prefix} with ${expansion.choice}`,
      prefix,
      expansion,
    ]),
  );
}

/** Prisma's engine, and a database with the tables of the app. */
let prisma: MigrateDev;
let app: Files;
let engine: Engine;
beforeAll(async () => {
  const model = bodyOf('bs-model');
  const schema = withModel(shopSchema, model);
  prisma = await MigrateDev.create(schema, '', '');
  await prisma.db.exec(await prisma.diff('datasource db {\n  provider = "postgresql"\n}', schema));
  const posts = await prisma.diff(shopSchema, schema);
  app = snippetApp(model, posts);
  // What a snippet writes is all that is new.
  engine = await openFiles(app, { committed: Object.keys(app) });
});
afterAll(async () => {
  await prisma.close();
});

/** Texts by path; `undefined` for a file that is gone. */
interface Changes {
  [file: string]: string | undefined;
}

/** What the rules find in a file that holds a text, other files being changed too; the workspace is as before afterwards. */
function findingsIn(file: string, text: string, others: Changes = {}): string[] {
  const changed = Object.entries({ ...others, [file]: text });
  engine.update(changed.map(([changedFile, changedText]) => ({ file: changedFile, text: changedText })));
  // What is new has no line in the map yet, whoever wrote it.
  const found = engine.check(file).filter(({ rule }) => rule !== 'map-stale');
  const problems = engine.facts(file)?.problems.map((problem) => JSON.stringify(problem)) ?? [
    'it is not read',
  ];
  engine.update(changed.map(([changedFile]) => ({ file: changedFile, text: app[changedFile] })));
  return [...problems, ...found.map(({ rule, message }) => `${rule}: ${message}`)];
}

describe('all snippets', () => {
  it('have prefixes of ours, each once in a language, and say what they write', () => {
    for (const { prefix, description, name } of all) {
      expect(prefix, name).toMatch(/^bs(-[a-z\d]+)+$/);
      expect(description.length, name).toBeGreaterThan(20);
    }
    const offered = all.flatMap(({ prefix, languages }) =>
      languages.map((language) => `${prefix} in ${language}`),
    );
    expect(offered).toEqual([...new Set(offered)]);
  });

  it('of a whole file are templates, and no others are', () => {
    for (const { prefix, isFileTemplate } of forLanguage('typescript'))
      expect(isFileTemplate ?? false, prefix).toBe(sites[prefix]?.head === undefined);
  });
});

describe('TypeScript', () => {
  const typescript = forLanguage('typescript');

  it.each(cases(typescript))('%s is clean under every rule', (_, prefix, expansion) => {
    expect(findingsIn(sites[prefix]?.file ?? '', typedInto(prefix, expansion))).toEqual([]);
  });

  it('type-checks with every choice against the real dependencies of the app', async () => {
    const texts: Files = { ...app };
    for (const [name, prefix, expansion] of cases(typescript)) {
      const { file } = sites[prefix] ?? { file: '' };
      const text = typedInto(prefix, expansion);
      // The whole app uses these two, and needs more of them than a snippet gives.
      const isTaken = file === 'lib/env.ts' || file === 'lib/db.ts' || expansion.choice !== '';
      texts[isTaken ? file.replace(/(\.\w+)$/, `.${name.replace(/\W+/g, '-')}$1`) : file] = text;
    }
    const dir = mkdtempSync(path.join(os.tmpdir(), 'snippets-'));
    try {
      await prepareApp('shop', dir, { files: texts });
      expect(await typecheckApp(dir)).toBe('');
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }, 180_000);
});

describe('Prisma', () => {
  const models = forLanguage('prisma').filter(({ prefix }) => prefix === 'bs-model');
  const blocks = forLanguage('prisma').filter(({ prefix }) => prefix !== 'bs-model');
  const head = /^generator client \{[^}]*\}\n\ndatasource db \{[^}]*\}\n/m;

  it.each(cases(models))(
    '%s is valid for Prisma and clean under every rule',
    async (_, _prefix, { text }) => {
      const schema = withModel(shopSchema, text);
      const migration = await prisma.diff(shopSchema, schema);
      expect(migration).toContain('CREATE TABLE "Post"');
      expect(findingsIn('prisma/schema.prisma', schema, { [postsMigration]: migration })).toEqual([]);
    },
  );

  it.each(cases(blocks))('%s is valid for Prisma', async (_, prefix, { text }) => {
    expect(shopSchema).toMatch(head);
    const schema = shopSchema.replace(
      head,
      `${prefix === 'bs-generator' ? text : bodyOf('bs-generator')}\n\n${prefix === 'bs-datasource' ? text : bodyOf('bs-datasource')}\n`,
    );
    expect(await prisma.diff(shopSchema, schema)).toBe('');
  });

  it('is clean under every rule with the head that the snippets write', () => {
    const schema = app['prisma/schema.prisma'] ?? '';
    const written = schema.replace(head, `${bodyOf('bs-generator')}\n\n${bodyOf('bs-datasource')}\n`);
    expect(findingsIn('prisma/schema.prisma', written)).toEqual([]);
  });
});

describe('SQL', () => {
  const recipes = forLanguage('sql');

  /** The migrations before a second step: the column it is about, and the first step. */
  function stepsBefore(prefix: string): Files {
    if (!prefix.endsWith('-2')) return {};
    const first = prefix.replace(/2$/, '1');
    return {
      'prisma/migrations/20260408080000_column/migration.sql': bodyOf('bs-expand-column'),
      'prisma/migrations/20260409080000_first/migration.sql': bodyOf(first),
    };
  }

  it.each(cases(recipes))('%s is clean under the rules of migrations', (_, prefix, { text }) => {
    const file = 'prisma/migrations/20260410080000_recipe/migration.sql';
    expect(findingsIn(file, `${text}\n`, stepsBefore(prefix))).toEqual([]);
  });

  // In the order of the file: what a second step needs, the first has made.
  it('runs on PostgreSQL with rows, one recipe after the other', async () => {
    const { db } = prisma;
    await db.exec(`INSERT INTO "User" ("id", "email", "updatedAt") VALUES ('u1', 'a@example.com', now());
      INSERT INTO "Post" ("id", "title", "authorId", "updatedAt") VALUES ('p1', 'One', 'u1', now()), ('p2', 'Two', 'u1', now());
      ALTER TABLE "Post" DROP CONSTRAINT "Post_authorId_fkey", ADD COLUMN "content" TEXT;`);
    const apply = async ({ prefix, expansions }: ShippedSnippet): Promise<void> => {
      for (const { choice, text } of expansions.toSorted((x, y) => y.choice.length - x.choice.length)) {
        const isTrial = choice !== '';
        await db.exec(isTrial ? `BEGIN; ${text}; ROLLBACK;` : text).catch((error: unknown) => {
          throw new Error(`${prefix} ${choice}: ${String(error)}`, { cause: error });
        });
      }
    };
    for (const recipe of recipes) if (recipe.prefix !== 'bs-rename-2') await apply(recipe);
    const { rows } = await db.query(`SELECT "summary", "headline", "title" FROM "Post" ORDER BY "id"`);
    expect(rows).toEqual([
      { summary: 'One', headline: 'One', title: 'One' },
      { summary: 'Two', headline: 'Two', title: 'Two' },
    ]);
    await expect(db.exec(`UPDATE "Post" SET "summary" = NULL`)).rejects.toThrow(/not-null/);
    // Code before the rename writes one column, code after it the other.
    await db.exec(`UPDATE "Post" SET "title" = 'Old code' WHERE "id" = 'p1';
      UPDATE "Post" SET "headline" = 'New code' WHERE "id" = 'p2';
      INSERT INTO "Post" ("id", "headline", "summary", "authorId", "updatedAt") VALUES ('p3', 'Three', '', 'u1', now());`);
    const both = await db.query(`SELECT "title", "headline" FROM "Post" ORDER BY "id"`);
    expect(both.rows).toEqual(
      ['Old code', 'New code', 'Three'].map((text) => ({ title: text, headline: text })),
    );
    for (const recipe of recipes) if (recipe.prefix === 'bs-rename-2') await apply(recipe);
    await expect(db.query(`SELECT "title" FROM "Post"`)).rejects.toThrow(/does not exist/);
    await db.exec(`UPDATE "Post" SET "headline" = 'Alone'`);
  });
});

describe('suppressions', () => {
  interface Spot {
    file: string;
    rule: string;
    /** Other files, as they must be for the report. */
    others?: Changes;
    above?: string;
    flagged: string;
    below?: string;
  }
  const ts = {
    rule: 'no-swallowed-error',
    above: 'export async function ping() {\n  try { await fetch("https://example.com"); }',
    flagged: '  catch {}',
    below: '}',
  };
  /** A place in each language that a rule reports, on the line `flagged`. */
  const spots: { [language: string]: Spot } = {
    typescript: { file: 'lib/ping.ts', ...ts },
    typescriptreact: { file: 'app/ping/page.tsx', ...ts },
    javascript: { file: 'lib/ping.js', ...ts },
    javascriptreact: { file: 'app/ping/page.jsx', ...ts },
    prisma: {
      file: 'prisma/schema.prisma',
      rule: 'missing-index',
      ...around(shopSchema, '  authorId  String'),
    },
    sql: {
      file: 'prisma/migrations/20260410080000_recipe/migration.sql',
      rule: 'destructive-migration',
      flagged: 'DROP TABLE "Post";',
    },
    shellscript: { file: 'scripts/x.sh', rule: 'no-destructive-command', flagged: 'dropdb shop' },
    yaml: {
      file: '.github/workflows/x.yml',
      rule: 'no-destructive-command',
      above: 'jobs:\n  a:\n    steps:',
      flagged: '      - run: dropdb shop',
    },
    makefile: { file: 'Makefile', rule: 'no-destructive-command', above: 'a:', flagged: '\tdropdb shop' },
    dockerfile: {
      file: 'Dockerfile',
      rule: 'no-destructive-command',
      above: 'FROM node',
      flagged: 'RUN dropdb shop',
    },
    dotenv: {
      file: '.env.example',
      rule: 'env-schema',
      others: { 'lib/env.ts': undefined },
      flagged: 'INVENTORY_API_KEY=',
    },
    markdown: { file: 'CLAUDE.md', rule: 'no-destructive-command', flagged: '```sh\ndropdb shop\n```' },
  };

  /** A text before and after one of its lines; a model without an index is in it. */
  function around(schema: string, line: string): { above: string; flagged: string; below: string } {
    const model = `model Post {\n  id String @id\n${line}\n  author User @relation(fields: [authorId], references: [id])\n}\n`;
    const [above = '', below = ''] = withModel(schema, model).split(`\n${line}\n`);
    return { above, flagged: line, below };
  }

  /** The spot with the comment that a snippet wrote where its prefix says. */
  function withComment({ above, flagged, below }: Spot, prefix: string, comment: string): string {
    const lines = (...parts: (string | undefined)[]): string =>
      `${parts.filter((part) => part !== undefined).join('\n')}\n`;
    if (prefix === 'bs-disable-file') return lines(comment, above, flagged, below);
    if (prefix === 'bs-disable-line') return lines(above, `${flagged} ${comment}`, below);
    // What was selected comes between the two comments of a block.
    if (prefix === 'bs-disable-block') return lines(above, comment.replace('\n\n', `\n${flagged}\n`), below);
    return lines(above, comment, flagged, below);
  }

  const rows = all
    .filter(isSuppression)
    .filter(({ prefix }) => prefix !== 'bs-disable-jsx')
    .flatMap((snippet) =>
      snippet.languages.map((language): [string, string, ShippedSnippet] => [
        snippet.prefix,
        language,
        snippet,
      ]),
    );

  it.each(rows)(
    '%s in %s silences what is reported there, and nothing else',
    (prefix, language, { expansions }) => {
      const spot = spots[language];
      if (!spot) throw new Error(`no place is known for ${language}`);
      const expansion = expansions.find(({ text }) => text.includes(` ${spot.rule} `));
      if (!expansion) throw new Error(`${prefix} in ${language} does not offer ${spot.rule}`);
      const plain = [spot.above, spot.flagged, spot.below].filter((part) => part !== undefined).join('\n');
      const rulesOf = (found: readonly string[]): string[] => found.map((line) => line.split(':')[0] ?? '');
      const before = rulesOf(findingsIn(spot.file, `${plain}\n`, spot.others));
      expect(before).toContain(spot.rule);
      const after = rulesOf(findingsIn(spot.file, withComment(spot, prefix, expansion.text), spot.others));
      expect(after).toEqual(before.filter((rule) => rule !== spot.rule));
    },
  );

  it('in JSX silences the line below', () => {
    const comment = all
      .find(({ prefix }) => prefix === 'bs-disable-jsx')
      ?.expansions.find(({ text }) => text.includes(' env-module '))?.text;
    const page = (above: string): string =>
      `export default function Page() {\n  return (\n    <p>\n${above}      {process.env.SECRET_NAME}\n    </p>\n  );\n}\n`;
    expect(findingsIn('app/ping/page.tsx', page('')).join()).toContain('env-module');
    expect(findingsIn('app/ping/page.tsx', page(`      ${comment}\n`))).toEqual([]);
  });
});
