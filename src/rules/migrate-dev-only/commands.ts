/** The commands of a file that change the schema past the migrations. */
import { dirname, join } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import type { Command } from '../../facts/commandsModel.ts';
import { assessCommand } from '../../facts/destructiveCommands.ts';
import type { FileFacts } from '../../facts/model.ts';
import { schemaChange, schemaChangeIn, schemaCommand } from '../../facts/schemaCommands.ts';
import type { SchemaCommand } from '../../facts/schemaCommands.ts';
import type { SqlStatement } from '../../facts/sqlModel.ts';
import { isTestDatabase } from '../../facts/testDatabase.ts';
import type { FileRole } from '../../project/model.ts';
import { commandsIn, isCalledForTestsOnly, isUnattended } from '../../workspace/fileCommands.ts';
import type { WorkspaceView } from '../../workspace/view.ts';

export interface FoundChange extends SchemaCommand {
  command: Command;
  /** The file of SQL, where the workspace has it. */
  source?: FileId;
  /** The statement in it that changes the schema. */
  statement?: SqlStatement;
}

/** Each of them once, in the order of the text; none that is aimed at a test database or destroys data, which is another rule's. */
export function changesIn(
  facts: FileFacts,
  file: FileId,
  role: FileRole,
  workspace: WorkspaceView,
): FoundChange[] {
  const out = new Map<number, FoundChange>();
  for (const command of commandsIn(facts, file, role, workspace)) {
    const found = schemaCommand(command);
    if (!found || out.has(found.span.start)) continue;
    if (isTestDatabase(command) || isCalledForTestsOnly(facts, command) || assessCommand(command)) continue;
    const change = judged(found, command, file, workspace);
    if (change) out.set(found.span.start, forPlace(change, facts, file));
  }
  return [...out.values()].toSorted((a, b) => a.span.start - b.span.start);
}

function judged(
  found: SchemaCommand,
  command: Command,
  file: FileId,
  workspace: WorkspaceView,
): FoundChange | undefined {
  if (found.kind === 'push') return { ...found, command };
  if (found.sql !== undefined) {
    const statement = schemaChangeIn(found.sql);
    return statement && { ...found, command };
  }
  const source = found.file && !found.file.dynamic ? sqlFile(found.file.value, file, workspace) : undefined;
  const facts = source === undefined ? undefined : workspace.facts(source);
  // A file that isn't here may hold anything: `db execute` has hardly another use, `psql -f` also loads rows.
  if (source === undefined || facts?.kind !== 'sql')
    return found.kind === 'execute' ? { ...found, command } : undefined;
  const statement = schemaChange(facts.statements);
  return statement && { ...found, command, source, statement };
}

/** A path in a command: seen from the file's folder, the application or the workspace. */
function sqlFile(path: string, file: FileId, workspace: WorkspaceView): FileId | undefined {
  const folders = [dirname(file), workspace.app(file)?.root ?? '', ''];
  return folders
    .map((folder) => join(folder, path))
    .find((candidate) => candidate !== undefined && workspace.exists(candidate));
}

/** `migrate deploy` asks nothing. */
function forPlace(change: FoundChange, facts: FileFacts, file: FileId): FoundChange {
  const { replacement, command } = change;
  if (!replacement || !isUnattended(command, facts, file)) return change;
  const words = ['migrate', 'deploy'];
  return { ...change, replacement: { ...replacement, words, text: words.join(' ') } };
}
