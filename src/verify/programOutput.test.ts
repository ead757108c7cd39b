import { describe, expect, it } from 'vitest';
import {
  compilerAdvice,
  missingVariable,
  readDatabaseState,
  readDiagnostics,
  readSchemaErrors,
  tellingLine,
} from './programOutput.ts';

describe('diagnostics of a compiler', () => {
  it('have their place from the workspace root, with the lines below them', () => {
    const output =
      "app/page.tsx(3,7): error TS2322: Type 'x' is not assignable.\r\n  Because of y.\n../../lib/a.ts(1,1): error TS1: b\nerror TS18003: No inputs.\nFound 3 errors.\n";
    expect(readDiagnostics(output, 'apps/web')).toEqual([
      {
        severity: 'error',
        rule: 'TS2322',
        file: 'apps/web/app/page.tsx',
        line: 2,
        character: 6,
        message: "Type 'x' is not assignable.\n  Because of y.",
      },
      { severity: 'error', rule: 'TS1', file: 'lib/a.ts', line: 0, character: 0, message: 'b' },
      { severity: 'error', rule: 'TS18003', message: 'No inputs.' },
    ]);
  });

  it('outside of the workspace, or with the separators of Windows', () => {
    const [outside, windows] = readDiagnostics(
      '../x.ts(1,2): error TS1: a\napp\\(shop)\\[id]\\page.tsx(4,5): error TS2: b\n',
      '',
    );
    expect(outside).toEqual({ severity: 'error', rule: 'TS1', message: '../x.ts: a' });
    expect(windows).toMatchObject({ file: 'app/(shop)/[id]/page.tsx', line: 3, character: 4 });
  });

  it('that only miss what is generated', () => {
    const advice = (message: string) => compilerAdvice([{ severity: 'error', message }]);
    expect(advice("Cannot find module '@/lib/generated/prisma/client' or its")).toContain('prisma generate');
    expect(advice("Cannot find name 'PageProps'.")).toContain('next typegen');
    expect(advice("Cannot find name 'x'.")).toBeUndefined();
  });
});

describe("Prisma's words", () => {
  it('errors of a schema, coloured', () => {
    const output =
      'Error: Prisma schema validation - (validate wasm)\nError code: P1012\n\u001b[1;91merror\u001b[0m: \u001b[1mThis line is invalid.\u001b[0m\n  \u001b[1;94m-->\u001b[0m  \u001b[4mprisma/schema.prisma:173\u001b[0m\n';
    expect(readSchemaErrors(output, 'packages/db')).toEqual([
      {
        severity: 'error',
        message: 'This line is invalid.',
        file: 'packages/db/prisma/schema.prisma',
        line: 172,
        character: 0,
      },
    ]);
  });

  it.each([
    ['PrismaConfigEnvError: Cannot resolve environment variable: DATABASE_URL.', 'DATABASE_URL'],
    ['PrismaConfigEnvError: Missing required environment variable: DIRECT_URL', 'DIRECT_URL'],
    ['error: Environment variable not found: X.', 'X'],
    ['nothing', undefined],
  ])('a variable that is missing: %s', (output, name) => {
    expect(missingVariable(output)).toBe(name);
  });

  it('the line that says most', () => {
    expect(tellingLine('Loaded config.\n\nError: no such thing\nat x\n')).toBe('no such thing');
    expect(tellingLine('a\nb\n')).toBe('b');
    expect(tellingLine('')).toBe('');
  });
});

describe('what a database says of its migrations', () => {
  const datasource =
    'Datasource "db": PostgreSQL database "shop", schema "public" at "localhost:5432"\n\n3 migrations found in prisma/migrations\n';

  it('all are applied', () => {
    expect(readDatabaseState(`${datasource}\nDatabase schema is up to date!\n`, 0)).toEqual({
      state: 'current',
      database: 'PostgreSQL shop at localhost:5432',
    });
  });

  it('some are not, or failed, or are unknown here', () => {
    expect(
      readDatabaseState(
        `${datasource}Following migrations have not yet been applied:\n1_a\n2_b\n\nTo apply …\n`,
        1,
      ),
    ).toMatchObject({
      state: 'behind',
      summary: '2 not applied',
      problems: [{ message: '1_a is not applied' }, { message: '2_b is not applied' }],
    });
    expect(
      readDatabaseState(
        `${datasource}Your local migration history and the migrations table from your database are different:\n\nThe last common migration is: 1_a\n\nThe migration have not yet been applied:\n2_b\n\nThe migrations from the database are not found locally in prisma/migrations:\n9_z`,
        1,
      ),
    ).toMatchObject({ state: 'behind', summary: '1 not applied, 1 not in the folder' });
    expect(
      readDatabaseState(`${datasource}Following migration have failed:\n1_a\n\nDuring …`, 1),
    ).toMatchObject({
      summary: '1 failed',
    });
    expect(
      readDatabaseState(`${datasource}The current database is not managed by Prisma Migrate.\n`, 1),
    ).toMatchObject({ state: 'behind', summary: 'The current database is not managed by Prisma Migrate.' });
  });

  it.each([
    [
      "Error: P1001: Can't reach database server at `127.0.0.1:1`",
      "P1001: Can't reach database server at `127.0.0.1:1`",
    ],
    ['Error: Cannot resolve environment variable: DATABASE_URL.', 'DATABASE_URL is not set'],
    [
      'Error: The datasource.url property is required in your Prisma config file when using prisma migrate status.',
      'no address of a database is configured',
    ],
    ['Error: request to https://example.org failed', 'request to https://example.org failed'],
    ['', 'Prisma said nothing'],
  ])('none answers: %s', (output, reason) => {
    expect(readDatabaseState(output, 1)).toEqual({ state: 'unreachable', reason });
  });
});
