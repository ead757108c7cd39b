/** The migrations of each schema with what the rules know of them: what is needed to run them, and to tell of the result. */
import { given } from '../base/given.ts';
import { ancestors, basename, dirname, join } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { Span } from '../base/span.ts';
import type { SqlStatement } from '../facts/sqlModel.ts';
import type { SchemaRoot } from '../project/model.ts';
import { configsOf, externalOf } from '../project/schemas.ts';
import type { External } from '../facts/prismaModel.ts';
import type { PrismaConfig } from '../project/schemas.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** A statement that locks a table which is in use. */
export interface LockingStep {
  /** The smallest clause that does it: where the rule reports it. */
  span: Span;
  table: string;
}

export interface HistoryMigration {
  /** The name of its folder. */
  name: string;
  file: FileId;
  /** The base branch doesn't have it yet; without version control: it is the last one. */
  isNew: boolean;
  /** `undefined`: it can't be read as text. */
  text: string | undefined;
  /** Statements of the text in order, without those inside another one. */
  statements: readonly Span[];
  /** Destructive steps that nobody has taken responsibility for, and those that somebody has. */
  destructive: number;
  acknowledged: number;
  locks: readonly LockingStep[];
  /** Statements that would start a program on the server (`COPY … PROGRAM`): they are never run. */
  programs: readonly Span[];
}

/** The history of one PostgreSQL database. */
export interface SchemaHistory {
  /** The schema's file or folder. */
  schema: FileId;
  /** Texts of its files; `undefined` when one of them can't be read. */
  files: readonly { file: FileId; text: string }[] | undefined;
  /** The folder of its migrations. */
  folder: FileId;
  /** Where Prisma's commands are to be run: the folder of its configuration, else of the package. `''` for the workspace root. */
  home: FileId;
  /** Prisma doesn't find the schema from there by itself: `--schema` must say where it is. */
  needsSchema: boolean;
  /** What Prisma leaves to others. */
  external: External;
  /** SQL that is run before the first migration. */
  initShadowDb?: string;
  /** In the order in which Prisma applies them. */
  migrations: readonly HistoryMigration[];
}

/** The histories of all schemas for PostgreSQL, those without migrations as well. */
export function schemaHistories(workspace: Workspace): SchemaHistory[] {
  return workspace.project
    .schemaRoots('')
    .filter(({ id }) => /^postgres(ql)?$/.test(workspace.project.schema(id)?.datasources[0]?.provider ?? ''))
    .map((root) => historyOf(workspace, root));
}

function historyOf(workspace: Workspace, root: SchemaRoot): SchemaHistory {
  const texts = root.files.map((file) => ({ file, text: workspace.store.text(file) }));
  const readable = texts.flatMap(({ file, text }) => (text === undefined ? [] : [{ file, text }]));
  const files = workspace.migrationFiles(root.migrations);
  return {
    schema: root.id,
    files: readable.length === texts.length ? readable : undefined,
    folder: root.migrations,
    external: externalOf(workspace.prismaConfigs(), root.id),
    ...given({ initShadowDb: ownConfigs(workspace, root.id)[0]?.initShadowDb }),
    ...homeOf(workspace, root),
    migrations: files.map((file, index) => migrationOf(workspace, file, index === files.length - 1)),
  };
}

/** The nearest first. */
const ownConfigs = (workspace: Workspace, id: string): PrismaConfig[] =>
  configsOf(workspace.prismaConfigs(), id).toSorted((a, b) => b.home.length - a.home.length);

function homeOf(workspace: Workspace, { id }: SchemaRoot): Pick<SchemaHistory, 'home' | 'needsSchema'> {
  const config = ownConfigs(workspace, id)[0];
  if (config?.schema !== undefined) return { home: config.home, needsSchema: false };
  const isPackage = (folder: string) => folder !== '' && workspace.exists(`${folder}/package.json`);
  const home = config?.home ?? ancestors(id).find(isPackage) ?? '';
  const usual = ['schema.prisma', 'prisma/schema.prisma', 'prisma/schema'];
  return { home, needsSchema: !usual.some((path) => join(home, path) === id) };
}

/** One migration, whatever its schema. @param isLast no other comes behind it in its folder */
export function migrationOf(workspace: Workspace, file: FileId, isLast: boolean): HistoryMigration {
  const committed = workspace.committed(file);
  const facts = workspace.facts(file);
  const statements = facts?.kind === 'sql' ? facts.statements : [];
  const text = workspace.store.text(file);
  const state = workspace.migrationState(file);
  const hazards = state?.hazards ?? [];
  const open = hazards.filter(({ acknowledged }) => !acknowledged).length;
  return {
    name: basename(dirname(file)),
    file,
    isNew: committed === undefined ? isLast : !committed,
    text,
    statements: outermost(statements),
    destructive: open,
    acknowledged: hazards.length - open,
    locks: (state?.risks ?? [])
      .filter(({ weight, inBlock }) => weight === 'full' && !inBlock)
      .map(({ span, table }) => ({ span, table: table.name })),
    programs: text === undefined ? [] : programsIn(statements, text),
  };
}

/** A data-changing `WITH` query is a statement of its own in the facts, and none to PostgreSQL. */
function outermost(statements: readonly SqlStatement[]): Span[] {
  const spans = statements.map(({ span }) => span).toSorted((a, b) => a.start - b.start || b.end - a.end);
  const out: Span[] = [];
  for (const span of spans) if ((out.at(-1)?.end ?? 0) <= span.start) out.push(span);
  return out;
}

/** Also those in a procedural body, where they are quoted. */
function programsIn(statements: readonly SqlStatement[], text: string): Span[] {
  return statements.flatMap((statement) => {
    const mayBe =
      statement.kind === 'do' ||
      statement.kind === 'unparsed' ||
      (statement.kind === 'other' && /^(CopyStmt|CreateFunctionStmt)$/.test(statement.node));
    const written = text
      .slice(statement.span.start, statement.span.end)
      .replace(/\/\*[\s\S]*?\*\/|--[^\r\n]*/g, ' ');
    return mayBe && /\b(from|to)\s+program\b/i.test(written) ? [statement.span] : [];
  });
}
