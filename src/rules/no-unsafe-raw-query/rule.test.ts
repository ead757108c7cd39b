import { describe, expect, it } from 'vitest';
import {
  expectFindings,
  expectFixed,
  expectSilent,
  findings,
  messageId,
  openFixture,
  refusal,
} from '../../../test/kit/check.ts';

const RULE = 'no-unsafe-raw-query';

const head = `
    import { Prisma } from '@/lib/generated/prisma/client';
    import { prisma } from '@/lib/db';
    import { COLUMNS, TABLE } from '@/lib/columns';
`;

/** Severity and message of what is found in the body of a service function. */
async function said(body: string, before = ''): Promise<string> {
  const fixture = await openFixture(`
    //- lib/services/report.service.ts
    ${head}
    ${before}
    export async function report(sort: string, id: string, input: any, size: number, dir: 'asc' | 'desc') { ${body} }
    //- lib/columns.ts
    export const COLUMNS = { title: '"title"', date: '"createdAt"' } as const;
    export const TABLE = 'Post';
  `);
  return findings(fixture, RULE)
    .map((found) => `${found.severity} ${messageId(found)}`)
    .join(', ');
}

const unsafe = (text: string): string => `return prisma.$queryRawUnsafe(${text});`;

describe('text that nothing limits', () => {
  it.each([
    ['a template', unsafe('`SELECT * FROM "Post" WHERE "id" = \'${id}\'`')],
    ['a sum', unsafe('\'SELECT * FROM "Post" ORDER BY \' + sort')],
    [
      'a variable',
      'const sql = `SELECT * FROM "Post" ORDER BY ${sort}`; return prisma.$queryRawUnsafe(sql);',
    ],
    [
      'a text in steps',
      "let sql = 'SELECT 1'; if (id) sql += ` WHERE id = '${id}'`; return prisma.$queryRawUnsafe(sql);",
    ],
    ['the whole text', unsafe('input.sql')],
    ['joined pieces', unsafe("['SELECT * FROM', input.table].join(' ')")],
    ['a write', 'await prisma.$executeRawUnsafe(`UPDATE "Post" SET "title" = \'${input.title}\'`);'],
    ['Prisma.raw', 'return prisma.$queryRaw`SELECT * FROM "Post" ORDER BY ${Prisma.raw(sort)}`;'],
    ['Prisma.raw of a template', 'return prisma.$queryRaw`SELECT 1 ${Prisma.raw(`ORDER BY ${sort}`)}`;'],
    [
      'a fragment',
      'const order = Prisma.sql`ORDER BY ${Prisma.raw(input.sort)}`; return prisma.$queryRaw`SELECT 1 ${order}`;',
    ],
    [
      'a transaction',
      'await prisma.$transaction((tx) => tx.$executeRawUnsafe(`DELETE FROM "Post" WHERE id = ${id}`));',
    ],
    ['a half list', unsafe("`SELECT 1 ORDER BY ${sort === 'date' ? 'x' : sort}`")],
    ['a fallback', unsafe("`SELECT 1 ORDER BY ${sort || 'id'}`")],
    ['a list of values', unsafe("`SELECT 1 WHERE id IN (${input.ids.map((x) => `'${x}'`).join(',')})`")],
    ['text in other letters', unsafe('`SELECT 1 ORDER BY ${sort.trim().toLowerCase()}`')],
  ])('%s', async (_, body) => {
    expect(await said(body)).toBe('warning text');
  });

  it('quoting by hand is milder', async () => {
    expect(
      await said(unsafe('`SELECT 1 ORDER BY ${quoteIdent(sort)}`'), "import { quoteIdent } from 'pg-x';"),
    ).toBe(['info', 'escaped'].join(' '));
  });
});

it('types that are declared elsewhere make it milder', async () => {
  const by =
    'export const listBy = ({ sort }: Filters) => prisma.$queryRaw`SELECT 1 ORDER BY ${Prisma.raw(sort)}`;';
  expect(await said('', by)).toBe('info text');
  const member =
    'export const listBy = (f: Filters) => prisma.$queryRaw`SELECT 1 ORDER BY ${Prisma.raw(f.sort)}`;';
  expect(await said('', member)).toBe('info text');
  const open =
    'export const listBy = (f: { sort: string }) => prisma.$queryRaw`SELECT 1 ORDER BY ${Prisma.raw(f.sort)}`;';
  expect(await said('', open)).toBe('warning text');
});

it('what all callers of a function of the file pass counts', async () => {
  const of = 'const of = (alias: string) => prisma.$queryRaw`SELECT 1 FROM ${Prisma.raw(alias)}`;';
  expect(await said("return [of('a'), of('b')];", of)).toBe('');
  expect(await said("return [of('a'), of(sort)];", of)).toBe('warning text');
  expect(await said("return ['a'].map(of);", of)).toBe('warning text');
  expect(await said("return of('a');", `export ${of}`)).toBe('warning text');
});

describe('text that a stranger chooses', () => {
  it('in an action, a route, a page', async () => {
    const fixture = await openFixture(`
      //- lib/actions/search.actions.ts
      'use server';
      ${head}
      export async function search(q: string) {
        return prisma.$queryRawUnsafe(\`SELECT * FROM "Post" WHERE "title" LIKE '%\${q}%'\`);
        //            ^^^^^^^^^^^^^^^ no-unsafe-raw-query error
      }
      export async function sorted(formData: FormData) {
        const by = formData.get('by') as string;
        return prisma.$queryRaw\`SELECT * FROM "Post" ORDER BY \${Prisma.raw(by)}\`;
        //                                                             ^^^ no-unsafe-raw-query error
      }
      //- app/api/posts/route.ts
      ${head}
      export async function GET(request: Request) {
        const sort = new URL(request.url).searchParams.get('sort') ?? 'id';
        return Response.json(await prisma.$queryRawUnsafe('SELECT * FROM "Post" ORDER BY ' + sort));
        //                                ^^^^^^^^^^^^^^^ no-unsafe-raw-query error
      }
      //- app/posts/page.tsx
      ${head}
      export default async function Page({ searchParams }: { searchParams: Promise<{ dir: string }> }) {
        const { dir } = await searchParams;
        const rows = await prisma.$queryRawUnsafe<Row[]>(\`SELECT * FROM "Post" ORDER BY "id" \${dir}\`);
        //                        ^^^^^^^^^^^^^^^ no-unsafe-raw-query error
        return <p>{rows.length}</p>;
      }
    `);
    expectFindings(fixture, { rules: [RULE] });
    expect(new Set(findings(fixture, RULE).map(messageId))).toEqual(new Set(['client']));
  });

  it('through a service, and types prove nothing there', async () => {
    const fixture = await openFixture(`
      //- lib/services/post.service.ts
      ${head}
      export const listBy = (column: string) => prisma.$queryRawUnsafe(\`SELECT \${column} FROM "Post"\`);
      //                                               ^^^^^^^^^^^^^^^ no-unsafe-raw-query error
      //- lib/actions/post.actions.ts
      'use server';
      import { listBy } from '@/lib/services/post.service';
      ${head}
      export async function list(column: string) {
        return listBy(column);
      }
      export async function typed(dir: 'asc' | 'desc') {
        return prisma.$queryRawUnsafe(\`SELECT 1 ORDER BY "id" \${dir}\`);
        //            ^^^^^^^^^^^^^^^ no-unsafe-raw-query error
      }
    `);
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE).find(({ file }) => file.includes('services'))?.related).toHaveLength(2);
  });

  it('a schema that lets any text through', async () => {
    const fixture = await openFixture(`
      //- lib/actions/post.actions.ts
      'use server';
      import { z } from 'zod';
      ${head}
      const schema = z.object({ column: z.string() });
      export async function list(data: unknown) {
        const { column } = schema.parse(data);
        return prisma.$queryRawUnsafe(\`SELECT \${column} FROM "Post"\`);
        //            ^^^^^^^^^^^^^^^ no-unsafe-raw-query
      }
    `);
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE).map(messageId)).toEqual(['parsed']);
  });
});

it('a schema that lets only names and numbers through is trusted', async () => {
  const fixture = await openFixture(`
    //- lib/actions/post.actions.ts
    'use server';
    import { z } from 'zod';
    ${head}
    const schema = z.object({ column: z.enum(['title', 'slug']), size: z.coerce.number(), id: z.uuid() });
    export async function list(data: unknown) {
      const { column, size, id } = schema.parse(data);
      await prisma.$executeRawUnsafe(\`SELECT '\${id}'\`);
      return prisma.$queryRaw\`SELECT \${Prisma.raw(column)} FROM "Post" \${Prisma.raw(\`LIMIT \${size}\`)}\`;
    }
  `);
  expectSilent(fixture, RULE);
});

describe('silence', () => {
  it.each([
    ['a constant', unsafe("'SELECT 1'")],
    ['placeholders', unsafe('\'SELECT * FROM "Post" WHERE "id" = $1\', id')],
    ['a tagged template', 'return prisma.$queryRaw`SELECT * FROM "Post" WHERE "id" = ${id}`;'],
    ['a table of columns', unsafe('`SELECT 1 ORDER BY ${COLUMNS[sort]}`')],
    ['with a fallback', unsafe('`SELECT 1 ORDER BY ${COLUMNS[sort] ?? \'"id"\'}`')],
    [
      'a Map',
      "const by = new Map([['a', 'b']]); return prisma.$queryRawUnsafe(`SELECT 1 ORDER BY ${by.get(sort)}`);",
    ],
    [
      'a checked name',
      "if (!['a', 'b'].includes(sort)) throw new Error(); return prisma.$queryRawUnsafe(`SELECT ${sort}`);",
    ],
    [
      'a name in a table',
      'if (!(sort in COLUMNS)) return []; return prisma.$queryRawUnsafe(`SELECT ${sort}`);',
    ],
    [
      'a pattern',
      'if (!/^\\w+$/.test(input.table)) return []; return prisma.$queryRawUnsafe(`SELECT 1 FROM ${input.table}`);',
    ],
    ['a choice', unsafe("`SELECT 1 ORDER BY id ${input.desc ? 'DESC' : 'ASC'}`")],
    ['numbers', unsafe('`SELECT 1 LIMIT ${Number(id)} OFFSET ${Math.max(0, size) * 2}`')],
    ['a typed number', unsafe('`SELECT 1 LIMIT ${size}`')],
    ['a typed choice', unsafe('`SELECT 1 ORDER BY "id" ${dir}`')],
    ['an imported constant', unsafe('`SELECT * FROM "${TABLE}"`')],
    [
      'placeholders by number',
      unsafe("`SELECT 1 WHERE id IN (${input.ids.map((_, i) => `$${i + 1}`).join(', ')})`, ...input.ids"),
    ],
    ['Prisma.raw of a constant', 'return prisma.$queryRaw`SELECT 1 ${Prisma.raw("LIMIT 1")}`;'],
    [
      'Prisma.raw of a choice',
      "return prisma.$queryRaw`SELECT 1 ORDER BY id ${Prisma.raw(dir === 'asc' ? 'ASC' : 'DESC')}`;",
    ],
    ['the environment', unsafe('`SET search_path TO ${process.env.DB_SCHEMA}`')],
    [
      'a loop over a list',
      "for (const table of ['a', 'b']) await prisma.$executeRawUnsafe(`ANALYZE ${table}`);",
    ],
    ['an enum of the client', unsafe('`SELECT ${Prisma.PostScalarFieldEnum.title}`')],
    ['another raw', 'return html.raw(input.text);'],
    [
      'steps of constants',
      "let sql = 'SELECT 1'; if (id) sql += ' LIMIT 1'; return prisma.$queryRawUnsafe(sql);",
    ],
  ])('%s', async (_, body) => {
    expect(await said(body)).toBe('');
  });

  it('scripts, tests, client code and broken code', async () => {
    const text = `
      import { prisma } from '@/lib/db';
      export const run = (t: string) => prisma.$executeRawUnsafe(\`TRUNCATE "\${t}"\`);
    `;
    const fixture = await openFixture({
      'prisma/seed.ts': text,
      'tests/reset.ts': text,
      'components/x.tsx': `'use client';\n${text}`,
      'lib/broken.ts': 'import { prisma } from "@/lib/db";\nprisma.$queryRawUnsafe(`SELECT ${',
    });
    expectSilent(fixture, RULE);
  });
});

describe('the fix', () => {
  const file = 'lib/services/report.service.ts';
  const around = (body: string): string =>
    `import { Prisma } from '@/lib/generated/prisma/client';\nimport { prisma } from '@/lib/db';\n\nexport async function report(id: string, q: string, ids: string[], sort: string) {\n${body}\n}\n`;

  it.each([
    [
      'a quoted value',
      '  return prisma.$queryRawUnsafe(`SELECT * FROM "Post" WHERE "id" = \'${id}\'`);',
      '  return prisma.$queryRaw`SELECT * FROM "Post" WHERE "id" = ${id}`;',
    ],
    [
      'a plain value, with a type',
      '  return prisma.$queryRawUnsafe<Row[]>(`SELECT * FROM "Post" WHERE "id" = ${id}`);',
      '  return prisma.$queryRaw<Row[]>`SELECT * FROM "Post" WHERE "id" = ${id}`;',
    ],
    [
      'a pattern',
      '  return prisma.$queryRawUnsafe(`SELECT 1 FROM "Post" WHERE "title" ILIKE \'%${q}%\' LIMIT 5`);',
      '  return prisma.$queryRaw`SELECT 1 FROM "Post" WHERE "title" ILIKE ${`%${q}%`} LIMIT 5`;',
    ],
    [
      'a sum',
      '  return prisma.$executeRawUnsafe(\'DELETE FROM "Post" WHERE "id" = \' + id + \' AND "slug" = $1\', q);',
      '  return prisma.$executeRaw`DELETE FROM "Post" WHERE "id" = ${id} AND "slug" = ${q}`;',
    ],
    [
      'a list',
      '  return prisma.$queryRawUnsafe(`SELECT 1 FROM "Post" WHERE "id" IN (${ids.map((id) => `\'${id}\'`).join(\',\')})`);',
      '  return prisma.$queryRaw`SELECT 1 FROM "Post" WHERE "id" = ANY(${ids})`;',
    ],
    [
      'a list that is left out',
      '  return prisma.$queryRawUnsafe(`SELECT 1 FROM "Post" WHERE "id" NOT IN (${ids.join(\',\')}) LIMIT 5`);',
      '  return prisma.$queryRaw`SELECT 1 FROM "Post" WHERE "id" <> ALL(${ids}) LIMIT 5`;',
    ],
    [
      'a variable',
      '  const sql = `SELECT 1 FROM "Post" WHERE "id" = ${id}`;\n  return prisma.$queryRawUnsafe(sql);',
      '  return prisma.$queryRaw`SELECT 1 FROM "Post" WHERE "id" = ${id}`;',
    ],
    [
      'Prisma.raw',
      '  return prisma.$queryRaw`SELECT 1 FROM "Post" WHERE "id" = ${id} AND "slug" = \'${Prisma.raw(q)}\'`;',
      '  return prisma.$queryRaw`SELECT 1 FROM "Post" WHERE "id" = ${id} AND "slug" = ${q}`;',
    ],
    [
      'several lines',
      '  return prisma.$queryRawUnsafe(\n    `SELECT 1\n     FROM "Post"\n     WHERE "id" = ${id}\n     LIMIT 10`,\n  );',
      '  return prisma.$queryRaw`SELECT 1\n     FROM "Post"\n     WHERE "id" = ${id}\n     LIMIT 10`;',
    ],
  ])('binds %s', async (_, before, after) => {
    expectFixed(await openFixture({ [file]: around(before) }), RULE, { [file]: around(after) });
  });

  it.each([
    ['a column', 'prisma.$queryRawUnsafe(`SELECT 1 FROM "Post" ORDER BY ${sort}`)', /sort or group/],
    ['a table', 'prisma.$queryRawUnsafe(`SELECT 1 FROM "${sort}"`)', /tables and columns/],
    ['a bare table', 'prisma.$queryRawUnsafe(`SELECT 1 FROM ${sort} LIMIT 1`)', /name or a keyword/],
    [
      'a direction',
      'prisma.$queryRawUnsafe(`SELECT 1 FROM "Post" ORDER BY "id" ${sort}`)',
      /sort or group|keyword/,
    ],
    ['a text from elsewhere', 'prisma.$queryRawUnsafe(sort)', /made elsewhere/],
    [
      'a joined list',
      'prisma.$queryRawUnsafe(`INSERT INTO "Post" ("id") VALUES ${ids.map((x) => `(${x})`).join()}`)',
      /Prisma.join/,
    ],
    ['text around Prisma.raw', 'prisma.$queryRaw(Prisma.raw(sort))', /tagged template/],
  ])('refuses %s', async (_, body, reason) => {
    const fixture = await openFixture({ [file]: around(`  return ${body};`) });
    expect(refusal(fixture, { rule: RULE })).toMatch(reason);
  });
});
