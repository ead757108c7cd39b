/** Judges a command: does it destroy a database, and is that database a test database? */
import type { Span } from '../base/span.ts';
import type { Command, CommandWord } from './commandsModel.ts';
import { extractSql, isSqlParserLoaded } from './sql.ts';
import type { SqlStatement } from './sqlModel.ts';
import { programName } from './unwrap.ts';

export interface CommandHazard {
  /** Stable name of what is wrong. */
  kind:
    | 'migrate-reset'
    | 'force-reset'
    | 'accept-data-loss'
    | 'drop-database'
    | 'destructive-sql'
    | 'drop-volumes'
    | 'platform-reset'
    | 'agent-consent';
  /** The destructive words. */
  span: Span;
  /** What happens to the data, as a whole sentence. */
  reason: string;
  /** What to do instead, as an imperative sentence. */
  advice: string;
  /** A replacement of `span` that does what was most likely wanted without destroying data. */
  replacement?: { span: Span; text: string };
  certainty: 'certain' | 'possible';
}

/**
 * The hazard of one command, or `undefined` when it destroys nothing or is aimed at a test database (`isTestDatabase`).
 * Text that is only printed (`echo`, `printf`) is no command. SQL in arguments and here-documents is read when the SQL grammar is loaded.
 */
export function assessCommand(command: Command): CommandHazard | undefined {
  const hazard = hazardOf(command);
  return hazard && !isTestDatabase(command) ? hazard : undefined;
}

function hazardOf(command: Command): CommandHazard | undefined {
  const consent = command.env.find(
    (entry) => entry.name === 'PRISMA_USER_CONSENT_FOR_DANGEROUS_AI_ACTION' && entry.from !== 'file',
  );
  const words = command.effective;
  const program = programName(words[0]?.value);
  const hazard = programs[program]?.(command, words) ?? undefined;
  if (hazard || !consent || program !== 'prisma') return hazard;
  return {
    kind: 'agent-consent',
    span: consent.span,
    reason: 'This gives a coding agent consent in advance to destroy the database, so Prisma no longer asks.',
    advice: 'Remove the variable; the person who runs the command gives the consent.',
    certainty: 'certain',
  };
}

type Assess = (command: Command, words: readonly CommandWord[]) => CommandHazard | undefined;

const programs: Partial<Record<string, Assess>> = Object.assign(
  Object.create(null) as Partial<Record<string, Assess>>,
  {
    prisma,
    prisma2: prisma,
    dropdb: (_command, words) => databaseDropped(covering(words, 0, words.length), 'dropdb'),
    psql: sqlClient(['-c', '--command']),
    pgcli: sqlClient(['-c']),
    mysql: sqlClient(['-e', '--execute']),
    mariadb: sqlClient(['-e', '--execute']),
    sqlite3: sqlClient([]),
    docker: compose,
    'docker-compose': compose,
    podman: compose,
    'podman-compose': compose,
    supabase: subcommand(
      ['db', 'reset'],
      'deletes every row of the Supabase database and applies the migrations anew',
      ['supabase', 'migration', 'up'],
    ),
    'drizzle-kit': subcommand(['drop'], 'deletes a migration that may be applied already'),
    neonctl: subcommand(['databases', 'delete'], 'deletes a database'),
    neon: subcommand(['databases', 'delete'], 'deletes a database'),
    turso: subcommand(['db', 'destroy'], 'deletes a database'),
    pscale: subcommand(['database', 'delete'], 'deletes a database'),
    wasp: subcommand(['db', 'reset'], 'deletes every row of the database'),
    heroku: (_command, words) => {
      const at = words.findIndex((word) => /^pg:reset$/.test(word.value));
      return at < 0
        ? undefined
        : {
            kind: 'platform-reset',
            span: spanAt(words, at),
            reason: '`heroku pg:reset` deletes every table of the database.',
            advice: 'Apply the migrations with `prisma migrate deploy`.',
            certainty: 'certain',
          };
    },
  } satisfies Record<string, Assess>,
);

function prisma(command: Command, words: readonly CommandWord[]): CommandHazard | undefined {
  const plain = positions(words, [
    '--schema',
    '--config',
    '--name',
    '-n',
    '--url',
    '--file',
    '--sql',
    '--from-migrations',
    '--to-schema',
  ]);
  const [first, second] = plain.map((at) => words[at]?.value);
  const [firstAt = 0, secondAt = 0] = plain;
  const end = (at: number): Span => covering(words, firstAt, at + 1);
  if (first === 'migrate' && second === 'reset') {
    const force = flag(words, ['--force', '-f']);
    const span = {
      start: words[firstAt]?.span.start ?? 0,
      end: Math.max(end(secondAt).end, force?.span.end ?? 0),
    };
    return {
      kind: 'migrate-reset',
      span,
      reason: `\`prisma migrate reset\` drops the whole database and all its rows${force ? ', without asking' : ''}.`,
      advice:
        'Apply pending migrations with `prisma migrate deploy`, or make a new one with `prisma migrate dev`.',
      replacement: {
        span: restOfPrisma(words, firstAt),
        text: isAutomatic(command) ? 'migrate deploy' : 'migrate dev',
      },
      certainty: 'certain',
    };
  }
  if (first === 'db' && second === 'push') {
    const reset = flag(words, ['--force-reset']);
    const loss = flag(words, ['--accept-data-loss']);
    const word = reset ?? loss;
    if (!word) return undefined;
    return {
      kind: reset ? 'force-reset' : 'accept-data-loss',
      span: word.span,
      reason: reset
        ? '`--force-reset` drops every table and all rows before it pushes the schema.'
        : '`--accept-data-loss` drops columns and tables that the schema no longer has, with their rows, without asking.',
      advice:
        'Write the change as a migration with `prisma migrate dev` and apply it with `prisma migrate deploy`.',
      replacement: {
        span: restOfPrisma(words, firstAt),
        text: isAutomatic(command) ? 'migrate deploy' : 'migrate dev',
      },
      certainty: 'certain',
    };
  }
  if (first === 'db' && second === 'execute') return command.stdin ? sqlHazard(command.stdin) : undefined;
  return undefined;
}

/** From `migrate`/`db` to the last word, so that a replacement leaves no flag behind that the other command doesn't know. */
function restOfPrisma(words: readonly CommandWord[], from: number): Span {
  return covering(words, from, words.length);
}

/** A script that no person watches: CI, containers, deployment, build and start scripts. */
function isAutomatic(command: Command): boolean {
  return (
    /^(RUN|CMD|ENTRYPOINT|HEALTHCHECK)$/.test(command.script) ||
    /(^|[:_\s-])(ci|build|deploy|prod|production|release|start|postinstall|vercel|preview|staging)([:_\s-]|$)/i.test(
      command.script,
    )
  );
}

function databaseDropped(span: Span, what: string): CommandHazard {
  return {
    kind: 'drop-database',
    span,
    reason: `\`${what}\` deletes the whole database.`,
    advice:
      'Change the schema with migrations (`prisma migrate dev`); give a throw-away database a name with `test` in it.',
    certainty: 'certain',
  };
}

/** A database client with SQL in its options, its here-document or piped into it. */
function sqlClient(options: readonly string[]): Assess {
  return (command, words) => {
    const texts: CommandWord[] = [];
    for (const [index, word] of words.entries()) {
      const next = words[index + 1];
      if (options.includes(word.value) && next) texts.push(next);
      const long = options.find((option) => option.startsWith('--') && word.value.startsWith(`${option}=`));
      if (long) texts.push({ ...word, value: word.value.slice(long.length + 1) });
    }
    if (options.length === 0) texts.push(...words.slice(2).filter((word) => !word.value.startsWith('-')));
    if (command.stdin) texts.push(command.stdin);
    for (const text of texts) {
      const hazard = sqlHazard(text);
      if (hazard) return hazard;
    }
    return undefined;
  };
}

function sqlHazard(text: CommandWord): CommandHazard | undefined {
  const found = isSqlParserLoaded() ? destructiveStatement(extractSql(text.value).statements) : undefined;
  if (!found) return undefined;
  if (found.kind === 'drop' && found.object === 'database')
    return databaseDropped(text.span, 'DROP DATABASE');
  const what = text.value.slice(found.span.start, found.span.end).replaceAll(/\s+/g, ' ');
  return {
    kind: 'destructive-sql',
    span: text.span,
    reason: `\`${what.length > 60 ? `${what.slice(0, 57)}…` : what}\` destroys data.`,
    advice:
      'Write the change as a migration with `prisma migrate dev --create-only`, where it is reviewed and recorded.',
    certainty: text.dynamic ? 'possible' : 'certain',
  };
}

function destructiveStatement(statements: readonly SqlStatement[]): SqlStatement | undefined {
  for (const statement of statements) {
    const isDrop =
      statement.kind === 'drop' && ['database', 'schema', 'table', 'owned'].includes(statement.object);
    const isUnfiltered =
      (statement.kind === 'delete' || statement.kind === 'update') &&
      (statement.where === 'none' || statement.where === 'trivial');
    const dropsColumn =
      statement.kind === 'alter-table' && statement.commands.some((item) => item.command === 'drop-column');
    if (isDrop || isUnfiltered || dropsColumn || statement.kind === 'truncate') return statement;
    const inner = statement.kind === 'do' ? destructiveStatement(statement.inner) : undefined;
    if (inner) return inner;
  }
  return undefined;
}

/** `docker compose down -v`, `docker volume rm`: whether a volume holds a database can't be seen here. */
function compose(_command: Command, words: readonly CommandWord[]): CommandHazard | undefined {
  const plain = positions(words, [
    '-f',
    '--file',
    '-p',
    '--project-name',
    '--profile',
    '--env-file',
    '--project-directory',
    '--context',
    '-H',
  ]);
  const names = plain.map((at) => words[at]?.value);
  const down = names.indexOf('down');
  if (down >= 0 && (down === 0 || names[down - 1] === 'compose')) {
    const volumes = flag(words.slice(plain[down]), ['-v', '--volumes']);
    if (!volumes) return undefined;
    return volumeHazard(
      volumes.span,
      '`down --volumes` deletes the volumes, and with them the rows of a database in them.',
      { span: volumes.span, text: '' },
    );
  }
  const volume = names.indexOf('volume');
  if (volume === 0 && (names[1] === 'rm' || names[1] === 'prune'))
    return volumeHazard(
      covering(words, plain[0] ?? 0, (plain[1] ?? 0) + 1),
      `\`docker volume ${names[1]}\` deletes volumes, and with them the rows of a database in them.`,
    );
  const prune = names[0] === 'system' && names[1] === 'prune' ? flag(words, ['--volumes']) : undefined;
  return (
    prune &&
    volumeHazard(
      prune.span,
      '`--volumes` deletes every unused volume, and with them the rows of a database in them.',
      { span: prune.span, text: '' },
    )
  );
}

function volumeHazard(span: Span, reason: string, replacement?: { span: Span; text: string }): CommandHazard {
  return {
    kind: 'drop-volumes',
    span,
    reason,
    advice: 'Stop the containers without deleting their volumes (`docker compose down`).',
    certainty: 'possible',
    ...(replacement ? { replacement } : {}),
  };
}

function subcommand(names: readonly string[], effect: string, instead?: readonly string[]): Assess {
  return (_command, words) => {
    const plain = positions(words, []);
    if (!names.every((name, index) => words[plain[index] ?? -1]?.value === name)) return undefined;
    const span = covering(words, plain[0] ?? 0, (plain[names.length - 1] ?? 0) + 1);
    const title = [programName(words[0]?.value), ...names].join(' ');
    return {
      kind: 'platform-reset',
      span,
      reason: `\`${title}\` ${effect}.`,
      advice: instead
        ? `Apply pending migrations with \`${instead.join(' ')}\`.`
        : 'Leave this to a person, outside of scripts.',
      certainty: 'certain',
      ...(instead
        ? {
            replacement: {
              span: covering(words, plain[0] ?? 0, words.length),
              text: instead.slice(1).join(' '),
            },
          }
        : {}),
    };
  };
}

/**
 * Whether a command is provably aimed at a test database. One of these is enough, all told by names, since nothing is run:
 * - `DATABASE_URL` (or another `…DATABASE…URL`, `…POSTGRES…URL`, `PGDATABASE`, `--url`) set for the command to a value with
 *   `test`, `e2e`, `ci` or `shadow` as a word of the database's name, or to a variable with such a word in its name;
 * - an environment file loaded for it with such a word in its name (`dotenv -e .env.test --`);
 * - `NODE_ENV=test`, `APP_ENV=test` or `VITEST`/`CI_TEST` style variables set for it;
 * - the script, step or target is named for tests (`test:reset`, `pretest`, `e2e-db`, `db:test:reset`, `Run integration tests`);
 * - a database named in the command itself (`dropdb app_test`, `psql -d app_test`, `… DROP DATABASE app_test`) has such a word;
 * - a compose file or project given by an option is named for tests (`docker compose -f docker-compose.test.yml down -v`).
 * A database on `localhost` alone proves nothing: it is somebody's development data.
 */
export function isTestDatabase(command: Command): boolean {
  const last = new Map(command.env.map((entry) => [entry.name, entry]));
  for (const [name, { value }] of last) {
    if (/^(NODE|APP|ENV|ENVIRONMENT|DEPLOY)_?(ENV)?$/i.test(name) && isTestWord(value)) return true;
    if (/(DATABASE|POSTGRES|PG|DB|DIRECT).*(URL|URI|NAME|DATABASE)$/i.test(name) && isTestUrl(value))
      return true;
  }
  if (command.envFiles.some((file) => isTestWord(file.value.slice(file.value.lastIndexOf('/') + 1))))
    return true;
  if (isTestWord(command.script)) return true;
  const words = command.effective;
  const program = programName(words[0]?.value);
  for (const [index, word] of words.entries()) {
    const option = /^(--url|--dbname|-d|--file|-f|--project-name|-p|--config|--schema)(?:=(.*))?$/.exec(
      word.value,
    );
    const value = option ? (option[2] ?? words[index + 1]?.value ?? '') : '';
    if (option && isTestUrl(value)) return true;
    if (
      index > 0 &&
      (program === 'dropdb' || program === 'psql') &&
      !word.value.startsWith('-') &&
      !/\s/.test(word.value) &&
      isTestUrl(word.value)
    )
      return true;
  }
  const sql = [...words.slice(1), ...(command.stdin ? [command.stdin] : [])].map((word) => word.value);
  return sql.some((text) => {
    const dropped = /drop\s+(?:database|schema)\s+(?:if\s+exists\s+)?"?([\w-]+)/i.exec(text);
    return dropped !== null && isTestWord(dropped[1] ?? '');
  });
}

/** The words that name a thing for tests; `latest`, `attest` and `contest` are none. */
function isTestWord(text: string): boolean {
  return text
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .split(/[^A-Za-z\d]+/)
    .some((part) =>
      /^(pre|post|unit|int)?tests?(ing|ed)?\d*$|^(e2e|shadow|vitest|jest|playwright|cypress|testdb|dbtest|testing|integration)$/i.test(
        part,
      ),
    );
}

/** The database's name in a URL, or the whole text when it is no URL; a host or password called `test` proves nothing. */
function isTestUrl(value: string): boolean {
  const url = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*(?:\/([^?#]*))?(\?[^#]*)?/i.exec(value);
  if (!url) return isTestWord(value);
  const schema = /[?&]schema=([^&]*)/.exec(url[2] ?? '')?.[1] ?? '';
  return isTestWord(url[1] ?? '') || isTestWord(schema);
}

function flag(words: readonly CommandWord[], names: readonly string[]): CommandWord | undefined {
  return words.find(
    (word) =>
      names.includes(word.value) ||
      names.some((name) => name.startsWith('--') && word.value === `${name}=true`),
  );
}

/** Indexes of the words behind the program that are no options and no values of these options. */
function positions(words: readonly CommandWord[], valued: readonly string[]): number[] {
  const out: number[] = [];
  for (let at = 1; at < words.length; at++) {
    const value = words[at]?.value ?? '';
    if (valued.includes(value)) at++;
    else if (!value.startsWith('-')) out.push(at);
  }
  return out;
}

function spanAt(words: readonly CommandWord[], at: number): Span {
  return words[at]?.span ?? { start: 0, end: 0 };
}

/** From the first of these words to the last. */
function covering(words: readonly CommandWord[], from: number, to: number): Span {
  const first = words[from];
  const last = words[Math.min(to, words.length) - 1];
  return { start: first?.span.start ?? 0, end: Math.max(first?.span.end ?? 0, last?.span.end ?? 0) };
}
