import { beforeAll, describe, expect, test } from 'vitest';
import {
  commandOfWords,
  extractCommands,
  loadShellParser,
  parseCommandLine,
} from '../../src/facts/commands.ts';
import { assessCommand } from '../../src/facts/destructiveCommands.ts';
import { loadSqlParser } from '../../src/facts/sql.ts';

beforeAll(async () => {
  await loadShellParser();
  await loadSqlParser();
});

const judge = (text: string): [string, string][] =>
  parseCommandLine(text).flatMap((command) => {
    const hazard = assessCommand(command);
    return hazard ? [[hazard.kind, text.slice(hazard.span.start, hazard.span.end)]] : [];
  });

describe('assessCommand', () => {
  test.each<[string, string, string]>([
    ['npx prisma migrate reset', 'migrate-reset', 'migrate reset'],
    ['npx prisma migrate reset --force', 'migrate-reset', 'migrate reset'],
    ['prisma --schema=a.prisma migrate reset --skip-seed', 'migrate-reset', 'migrate reset'],
    ['pnpm --filter db prisma db push --force-reset', 'force-reset', '--force-reset'],
    ['prisma db push --accept-data-loss', 'accept-data-loss', '--accept-data-loss'],
    [`bash -c 'npx prisma migrate reset'`, 'migrate-reset', 'migrate reset'],
    ['dotenv -e .env.production -- prisma migrate reset', 'migrate-reset', 'migrate reset'],
    [
      'DATABASE_URL=postgres://test:test@localhost/app prisma migrate reset',
      'migrate-reset',
      'migrate reset',
    ],
    ['dropdb app', 'drop-database', 'dropdb'],
    ['docker compose exec db dropdb -U postgres latest', 'drop-database', 'dropdb'],
    ['psql -c "DROP DATABASE app"', 'drop-database', 'DROP DATABASE'],
    [`psql "$DATABASE_URL" -c 'TRUNCATE "User" CASCADE'`, 'destructive-sql', 'TRUNCATE'],
    ['psql -c "DELETE FROM orders"', 'destructive-sql', 'DELETE FROM'],
    ['psql --command="DROP SCHEMA public CASCADE; CREATE SCHEMA public"', 'destructive-sql', 'DROP SCHEMA'],
    ['psql app <<EOF\nDROP TABLE x;\nEOF\n', 'destructive-sql', 'DROP TABLE'],
    ['echo "DROP TABLE x" | npx prisma db execute --stdin', 'destructive-sql', 'DROP TABLE'],
    ['psql -c "ALTER TABLE x ADD a int, DROP COLUMN b"', 'destructive-sql', 'DROP COLUMN'],
    ['docker compose down -v', 'drop-volumes', '-v'],
    ['docker volume rm app_pgdata', 'drop-volumes', 'volume rm'],
    ['supabase db reset', 'platform-reset', 'db reset'],
    ['heroku pg:reset DATABASE', 'platform-reset', 'pg:reset'],
    [
      'PRISMA_USER_CONSENT_FOR_DANGEROUS_AI_ACTION=yes prisma migrate dev',
      'agent-consent',
      'PRISMA_USER_CONSENT_FOR_DANGEROUS_AI_ACTION=yes',
    ],
  ])('%s', (text, kind, words) => {
    expect(judge(text)).toEqual([[kind, words]]);
  });

  test.each([
    'prisma migrate dev --name reset',
    'prisma migrate deploy',
    'prisma db push',
    'prisma generate',
    'echo "prisma migrate reset"',
    '# dropdb app',
    'cat <<EOF\nprisma migrate reset\nEOF\n',
    'git commit -m "drop prisma migrate reset"',
    'psql -c "SELECT 1"',
    'psql -c "DELETE FROM orders WHERE id = 1"',
    'docker compose down',
    'docker compose up -v',
    'docker run -v a:b image down',
    // Aimed at a test database:
    'DATABASE_URL=postgres://localhost/app_test prisma migrate reset --force',
    'DATABASE_URL="$TEST_DATABASE_URL" prisma migrate reset',
    'cross-env NODE_ENV=test prisma migrate reset',
    'dotenv -e .env.test -- prisma migrate reset',
    'dropdb --if-exists app_test',
    'psql -d app_e2e -c "TRUNCATE x"',
    'psql -c "DROP DATABASE IF EXISTS app_test"',
    'docker compose -f docker-compose.test.yml down -v',
  ])('%s is harmless', (text) => {
    expect(judge(text)).toEqual([]);
  });

  test('a script named for tests is trusted, one that sounds alike is not', () => {
    const text =
      '{"scripts":{"test:reset":"prisma migrate reset","latest":"prisma migrate reset","e2e:db":"prisma db push --force-reset"}}';
    const flagged = extractCommands('package-json', text).commands.filter((command) =>
      assessCommand(command),
    );
    expect(flagged.map((command) => command.script)).toEqual(['latest']);
  });

  test('in an argument list the place goes from the first word to the last, without the outer quotes', () => {
    const text = `execa('npx', ['prisma', 'migrate', 'reset', '--force'])`;
    const words = [...text.matchAll(/'([^']*)'/g)].map((match) => ({
      value: match[1] ?? '',
      span: { start: match.index, end: match.index + match[0].length },
      dynamic: false,
    }));
    const [command] = commandOfWords(words);
    const hazard = command && assessCommand(command);
    expect(command?.form).toBe('words');
    expect(hazard && text.slice(hazard.span.start, hazard.span.end)).toBe(`migrate', 'reset`);
    expect(hazard?.replacement?.words).toEqual(['migrate', 'dev']);
  });

  test('the replacement keeps the runner and leaves no flag behind', () => {
    const text =
      '{"scripts":{"deploy":"dotenv -- npx prisma db push --accept-data-loss --skip-generate && next build","reset":"npx prisma migrate reset --force"}}';
    const replaced = extractCommands('package-json', text).commands.flatMap((command) => {
      const fix = assessCommand(command)?.replacement;
      return fix ? [text.slice(0, fix.span.start) + fix.text + text.slice(fix.span.end)] : [];
    });
    expect(replaced[0]).toContain('"dotenv -- npx prisma migrate deploy && next build"');
    expect(replaced[1]).toContain('"npx prisma migrate dev"');
  });
});
