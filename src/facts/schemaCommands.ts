/** Judges a command: does it change a database's schema past the migrations? */
import type { Span } from '../base/span.ts';
import type { Command, CommandWord } from './commandsModel.ts';
import { positions } from './commandWords.ts';
import { covering, prismaOptions, replacing, restOfPrisma } from './destructiveCommands.ts';
import type { CommandReplacement } from './destructiveCommands.ts';
import { extractSql, isSqlParserLoaded } from './sql.ts';
import type { SqlStatement } from './sqlModel.ts';
import { programName } from './unwrap.ts';

export interface SchemaCommand {
  kind: 'push' | 'execute' | 'psql';
  /** The words that say it. */
  span: Span;
  /** SQL that is written in the command itself. */
  sql?: string;
  /** A file with SQL, as written. */
  file?: CommandWord;
  /** The words of the migration command that was most likely wanted. */
  replacement?: CommandReplacement;
}

/** The schema command that a command is, whatever database it is aimed at. */
export function schemaCommand(command: Command): SchemaCommand | undefined {
  const words = command.effective;
  const program = programName(words[0]?.value);
  if (program === 'prisma' || program === 'prisma2') return prisma(command, words);
  return program === 'psql' ? psql(command, words) : undefined;
}

function prisma(command: Command, words: readonly CommandWord[]): SchemaCommand | undefined {
  const [first = 0, second = 0] = positions(words, prismaOptions);
  if (words[first]?.value !== 'db') return undefined;
  const span = covering(words, first, second + 1);
  if (words[second]?.value === 'push')
    return { kind: 'push', span, replacement: replacing(restOfPrisma(words, first), ['migrate', 'dev']) };
  if (words[second]?.value !== 'execute') return undefined;
  const file = valueOf(words, ['--file']);
  return {
    kind: 'execute',
    span,
    ...(file ? { file } : command.stdin && !command.stdin.dynamic ? { sql: command.stdin.value } : {}),
  };
}

/** `psql -f x.sql`, `psql < x.sql`, `psql -c '…'`, a here-document. */
function psql(command: Command, words: readonly CommandWord[]): SchemaCommand | undefined {
  const file = valueOf(words, ['-f', '--file']) ?? command.inputFile;
  if (file) return { kind: 'psql', span: file.span, file };
  const text = valueOf(words, ['-c', '--command']) ?? command.stdin;
  return text && !text.dynamic ? { kind: 'psql', span: text.span, sql: text.value } : undefined;
}

function valueOf(words: readonly CommandWord[], names: readonly string[]): CommandWord | undefined {
  for (const [at, word] of words.entries()) {
    if (names.includes(word.value)) return words[at + 1];
    const name = names.find(
      (candidate) => candidate.startsWith('--') && word.value.startsWith(`${candidate}=`),
    );
    if (name !== undefined) return { ...word, value: word.value.slice(name.length + 1) };
  }
  return undefined;
}

/** The first statement of a text that changes tables, columns, types or indexes; an extension or a role is no part of the schema. */
export function schemaChange(statements: readonly SqlStatement[]): SqlStatement | undefined {
  return statements.find((statement) => {
    switch (statement.kind) {
      case 'create-table':
        return !statement.temporary;
      case 'drop':
        return !/^(database|role|owned|extension|other)$/.test(statement.object);
      case 'do':
        return schemaChange(statement.inner) !== undefined;
      case 'alter-table':
      case 'create-index':
      case 'create-enum':
      case 'add-enum-value':
      case 'rename-enum-value':
      case 'rename':
      case 'set-schema':
        return true;
      default:
        return false;
    }
  });
}

/** The same for SQL in a command; without the grammar nothing is known. */
export function schemaChangeIn(sql: string): SqlStatement | undefined {
  return isSqlParserLoaded() ? schemaChange(extractSql(sql).statements) : undefined;
}
