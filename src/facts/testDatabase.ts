/** Tells by names whether a command is aimed at a test database. */
import type { Command } from './commandsModel.ts';
import { positions } from './commandWords.ts';
import { programName } from './unwrap.ts';

/**
 * Whether a command is provably aimed at a test database. One of these is enough, all told by names, since nothing is run:
 * - `DATABASE_URL` (or another `…DATABASE…URL`, `…POSTGRES…URL`, `PGDATABASE`, `--url`) set for the command to a value with
 *   `test`, `e2e`, `shadow` or a test runner's name as a word of the database's name, or to a variable with such a word in its name;
 * - an environment file loaded for it with such a word in its name (`dotenv -e .env.test --`);
 * - `NODE_ENV=test` or `APP_ENV=test` set for it;
 * - the script, step or target is named for tests (`test:reset`, `pretest`, `e2e-db`, `db:test:reset`, `Run integration tests`);
 * - a database named in the command itself (`dropdb app_test`, `psql -d app_test`, `… DROP DATABASE app_test`) has such a word;
 * - a compose file or project given by an option is named for tests (`docker compose -f docker-compose.test.yml down -v`).
 * A database on `localhost` alone proves nothing: it is somebody's development data. And nothing is proven by any of these where a
 * connection, an environment or a file of variables is named for production or staging: one of them is the one that counts.
 */
export function isTestDatabase(command: Command): boolean {
  const last = new Map(command.env.map((entry) => [entry.name, entry]));
  const environments = [...last].filter(([name]) => ENVIRONMENT.test(name)).map(([, { value }]) => value);
  const connections = [...last].filter(([name]) => CONNECTION.test(name)).map(([, { value }]) => value);
  const isElsewhere =
    connections.some((value) => !isTestUrl(value) && wordsOf(value).some(isServed)) ||
    [...environments, ...command.envFiles.map(({ value }) => value)].some((text) =>
      wordsOf(text).some(isServed),
    );
  if (isElsewhere) return false;
  if (environments.some(isTestWord) || connections.some(isTestUrl)) return true;
  if (command.envFiles.some((file) => isTestWord(file.value.slice(file.value.lastIndexOf('/') + 1))))
    return true;
  if (isTestWord(command.script)) return true;
  const words = command.effective;
  const program = programName(words[0]?.value);
  const plain = program === 'dropdb' || program === 'psql' ? positions(words, CLIENT_OPTIONS) : [];
  for (const [index, word] of words.entries()) {
    const option = /^(--url|--dbname|-d|--file|-f|--project-name|-p|--config|--schema)(?:=(.*))?$/.exec(
      word.value,
    );
    const value = option ? (option[2] ?? words[index + 1]?.value ?? '') : '';
    if (option && isTestUrl(value)) return true;
    if (plain.includes(index) && !/\s/.test(word.value) && isTestUrl(word.value)) return true;
  }
  const sql = [...words.slice(1), ...(command.stdin ? [command.stdin] : [])].map((word) => word.value);
  return sql.some((text) => {
    const dropped = /drop\s+(?:database|schema)\s+(?:if\s+exists\s+)?"?([\w-]+)/i.exec(text);
    return dropped !== null && isTestWord(dropped[1] ?? '');
  });
}

const ENVIRONMENT = /^(NODE|APP|ENV|ENVIRONMENT|DEPLOY)_?(ENV)?$/i;
const CONNECTION = /(DATABASE|POSTGRES|PG|DB|DIRECT).*(URL|URI|NAME|DATABASE)$/i;

/** Options of `psql` and `dropdb` whose values name no database. */
const CLIENT_OPTIONS: readonly string[] = [
  '-h',
  '--host',
  '-p',
  '--port',
  '-U',
  '--username',
  '-c',
  '--command',
  '-f',
  '--file',
  '-v',
  '--set',
  '-o',
  '--output',
];

const wordsOf = (text: string): string[] =>
  text.replaceAll(/([a-z\d])([A-Z])/g, '$1_$2').split(/[^A-Za-z\d]+/);

const isServed = (word: string): boolean => /^(prod|production|prd|live|staging|stg)$/i.test(word);

/** The words that name a thing for tests; `latest`, `attest` and `contest` are none. What is named for production too is not for tests. */
function isTestWord(text: string): boolean {
  const parts = wordsOf(text);
  return (
    parts.some((part) =>
      /^(pre|post|unit|int)?tests?(ing|ed)?\d*$|^(e2e|shadow|vitest|jest|playwright|cypress|testdb|dbtest|testing|integration)$/i.test(
        part,
      ),
    ) && !parts.some(isServed)
  );
}

/** The database's name in a URL, or the whole text when it is no URL; a host or password called `test` proves nothing. */
function isTestUrl(value: string): boolean {
  const url = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*(?:\/([^?#]*))?(\?[^#]*)?/i.exec(value);
  if (!url) return isTestWord(value);
  const schema = /[?&]schema=([^&]*)/.exec(url[2] ?? '')?.[1] ?? '';
  return isTestWord(url[1] ?? '') || isTestWord(schema);
}
