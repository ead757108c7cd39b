/** Judges a command: does it destroy a database, and is that database a test database? */
import type { Span } from '../base/span.ts';
import type { Command, CommandWord } from './commandsModel.ts';
import { positions } from './commandWords.ts';
import { extractSql, isSqlParserLoaded } from './sql.ts';
import type { SqlStatement } from './sqlModel.ts';
import { isTestDatabase } from './testDatabase.ts';
import { programName } from './unwrap.ts';

export interface CommandReplacement {
  span: Span;
  /** For a command that a shell reads. */
  text: string;
  /** For an argument list (`form: 'words'`): to be joined as the literals around it are. */
  words: string[];
}

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
  /** What was most likely wanted, without destroying data. */
  replacement?: CommandReplacement;
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
    dropdb: (_command, words) => databaseDropped(spanAt(words, 0), 'dropdb'),
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

/** Options of Prisma's command line that take their value from the next word. */
export const prismaOptions: readonly string[] = [
  '--schema',
  '--config',
  '--name',
  '-n',
  '--url',
  '--file',
  '--sql',
  '--from-migrations',
  '--to-schema',
];

function prisma(command: Command, words: readonly CommandWord[]): CommandHazard | undefined {
  const plain = positions(words, prismaOptions);
  const [first, second] = plain.map((at) => words[at]?.value);
  const [firstAt = 0, secondAt = 0] = plain;
  if (first === 'migrate' && second === 'reset') {
    const force = flag(words, ['--force', '-f']);
    return {
      kind: 'migrate-reset',
      span: covering(words, firstAt, secondAt + 1),
      reason: `\`prisma migrate reset\` drops the whole database and all its rows${force ? ', without asking' : ''}.`,
      advice:
        'Apply pending migrations with `prisma migrate deploy`, or make a new one with `prisma migrate dev`.',
      replacement: replacing(
        restOfPrisma(words, firstAt),
        isAutomatic(command) ? ['migrate', 'deploy'] : ['migrate', 'dev'],
      ),
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
      replacement: replacing(
        restOfPrisma(words, firstAt),
        isAutomatic(command) ? ['migrate', 'deploy'] : ['migrate', 'dev'],
      ),
      certainty: 'certain',
    };
  }
  if (first === 'db' && second === 'execute') return command.stdin ? sqlHazard(command.stdin) : undefined;
  return undefined;
}

/** From `migrate`/`db` to the last word, so that a replacement leaves no flag behind that the other command doesn't know. */
export function restOfPrisma(words: readonly CommandWord[], from: number): Span {
  return covering(words, from, words.length);
}

export function replacing(span: Span, words: string[]): CommandReplacement {
  return { span, words, text: words.join(' ') };
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
      if (long) texts.push(behindOption(word, long.length + 1));
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

/** The value of `--option=value`: with its exact place when the word is quoted in the plain way or not at all. */
function behindOption(word: CommandWord, length: number): CommandWord {
  const value = word.value.slice(length);
  const start = contentStart(word);
  const span = start === undefined ? word.span : { start: start + length, end: start + word.value.length };
  return { ...word, value, span };
}

/** Where the content of a word begins, when its units stand in the file as they are: unquoted, or between two quotes. */
function contentStart(word: CommandWord): number | undefined {
  const extra = word.span.end - word.span.start - word.value.length;
  return extra === 0 || extra === 2 ? word.span.start + extra / 2 : undefined;
}

function sqlHazard(text: CommandWord): CommandHazard | undefined {
  const found = isSqlParserLoaded() ? destructiveStatement(extractSql(text.value).statements) : undefined;
  if (!found) return undefined;
  const start = contentStart(text);
  const words = destructiveWords(text.value, found);
  const span = start === undefined ? text.span : { start: start + words.start, end: start + words.end };
  if (found.kind === 'drop' && found.object === 'database') return databaseDropped(span, 'DROP DATABASE');
  const what = text.value.slice(found.span.start, found.span.end).replaceAll(/\s+/g, ' ');
  return {
    kind: 'destructive-sql',
    span,
    reason: `\`${what.length > 60 ? `${what.slice(0, 57)}…` : what}\` destroys data.`,
    advice:
      'Write the change as a migration with `prisma migrate dev --create-only`, where it is reviewed and recorded.',
    certainty: text.dynamic ? 'possible' : 'certain',
  };
}

/** The keywords that do it: `DROP DATABASE`, `TRUNCATE`, `DELETE FROM`, `DROP COLUMN`. */
function destructiveWords(text: string, statement: SqlStatement): Span {
  const command =
    statement.kind === 'alter-table'
      ? statement.commands.find((item) => item.command === 'drop-column')
      : undefined;
  const isData = statement.kind === 'delete' || statement.kind === 'update';
  const { start, end } = command?.span ?? (isData ? statement.clause : statement.span);
  const keywords = /^(drop\s+(?:owned\s+by|\w+)|truncate(?:\s+table)?|delete\s+from|update)/i.exec(
    text.slice(start, end),
  );
  return { start, end: keywords ? start + keywords[0].length : end };
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
      replacing(volumes.span, []),
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
      replacing(prune.span, []),
    )
  );
}

function volumeHazard(span: Span, reason: string, replacement?: CommandReplacement): CommandHazard {
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
            replacement: replacing(covering(words, plain[0] ?? 0, words.length), instead.slice(1)),
          }
        : {}),
    };
  };
}

function flag(words: readonly CommandWord[], names: readonly string[]): CommandWord | undefined {
  return words.find(
    (word) =>
      names.includes(word.value) ||
      names.some((name) => name.startsWith('--') && word.value === `${name}=true`),
  );
}

function spanAt(words: readonly CommandWord[], at: number): Span {
  return words[at]?.span ?? { start: 0, end: 0 };
}

/** From the first of these words to the last. */
export function covering(words: readonly CommandWord[], from: number, to: number): Span {
  const first = words[from];
  const last = words[Math.min(to, words.length) - 1];
  return { start: first?.span.start ?? 0, end: Math.max(first?.span.end ?? 0, last?.span.end ?? 0) };
}
