import * as path from 'node:path';
import * as vscode from 'vscode';
import { migrationTargetsRequest, type MigrationTarget } from '../../src/protocol/requests.ts';
import { commandIds, productName } from '../names.ts';
import type { Session } from '../session.ts';

/** The command *Create Migration (Review First)*: Prisma writes the migration and applies nothing; the person reads it. */
export function registerCreateMigration(session: Session, runner: MigrationRunner): vscode.Disposable {
  return vscode.commands.registerCommand(commandIds.createMigration, (name: unknown) =>
    createMigration(session, runner, typeof name === 'string' ? name : undefined),
  );
}

/** What runs Prisma's command: a terminal, but for editor tests where there is none. */
export interface MigrationRunner {
  /** Settles when it has ended. @returns its exit status; `undefined` when it was stopped */
  run(target: MigrationTarget, name: string): Promise<number | undefined>;
}

/** Prisma's own form of a name: what it makes of every other one. No character in it means anything to a shell. */
function toMigrationName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 200);
}

/**
 * @param given the name, which is asked for otherwise
 * @returns the migration that was written, if one was
 */
async function createMigration(
  session: Session,
  runner: MigrationRunner,
  given: string | undefined,
): Promise<vscode.Uri | undefined> {
  const { client } = session;
  if (!client?.isRunning()) {
    void vscode.window.showWarningMessage(`${productName} is not running in this workspace.`);
    return undefined;
  }
  // It runs the workspace's Prisma, which runs its configuration.
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showWarningMessage('Migrations are not made in a workspace that is not trusted.');
    return undefined;
  }
  const targets = migrationTargetsRequest.result.parse(
    await client.sendRequest<unknown>(migrationTargetsRequest.method, {}),
  );
  const target = await pickTarget(targets);
  if (!target) return undefined;
  const name = toMigrationName(given ?? (await askName()) ?? '');
  if (name === '') return undefined;
  const folder = vscode.Uri.parse(target.migrations);
  const before = new Set(await foldersIn(folder));
  const status = await runner.run(target, name);
  const made = (await foldersIn(folder)).findLast((child) => !before.has(child));
  if (made === undefined) {
    const why =
      status === 0
        ? 'The schema has no changes that need a migration.'
        : 'Prisma wrote no migration; the terminal says why.';
    void vscode.window.showWarningMessage(why);
    return undefined;
  }
  const file = vscode.Uri.joinPath(folder, made, 'migration.sql');
  await vscode.window.showTextDocument(file);
  return file;
}

async function pickTarget(targets: readonly MigrationTarget[]): Promise<MigrationTarget | undefined> {
  if (targets.length === 0)
    void vscode.window.showWarningMessage('No Prisma schema for PostgreSQL was found in this workspace.');
  if (targets.length < 2) return targets[0];
  const picked = await vscode.window.showQuickPick(
    targets.map((target) => ({ label: target.schema, description: target.cwd, target })),
    { placeHolder: 'Schema to make a migration for' },
  );
  return picked?.target;
}

function askName(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: 'Create Migration (Review First)',
    prompt: 'What the migration does. It is written and opened, and not applied.',
    placeHolder: 'add_order_note',
    validateInput: (text) => {
      const name = toMigrationName(text);
      if (name === '') return 'A name needs a letter or a digit.';
      return name === text
        ? undefined
        : { message: `It will be called ${name}.`, severity: vscode.InputBoxValidationSeverity.Info };
    },
  });
}

/** Names of the folders in a folder, sorted; none where it does not exist. */
async function foldersIn(folder: vscode.Uri): Promise<string[]> {
  try {
    const children = await vscode.workspace.fs.readDirectory(folder);
    return children
      .filter(([, type]) => (type & vscode.FileType.Directory) !== 0)
      .map(([name]) => name)
      .toSorted();
  } catch (error) {
    if (error instanceof vscode.FileSystemError) return [];
    throw error;
  }
}

/**
 * Runs the command as a task, so that the person sees it and can answer Prisma's questions. Each word is quoted for the shell at hand by
 * VS Code. Settles when it has ended.
 * @returns its exit status; `undefined` when it was stopped
 */
export async function runInTerminal(
  { cwd, command, schema }: MigrationTarget,
  name: string,
): Promise<number | undefined> {
  const [program = 'npx', ...words] = [...command, '--name', name];
  const strong = (value: string) => ({ value, quoting: vscode.ShellQuoting.Strong });
  const task = new vscode.Task(
    { type: 'shell' },
    vscode.workspace.getWorkspaceFolder(vscode.Uri.file(path.join(cwd, 'package.json'))) ??
      vscode.TaskScope.Workspace,
    `Create migration ${name} for ${schema}`,
    productName,
    new vscode.ShellExecution(program, words.map(strong), { cwd }),
    [],
  );
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, focus: true, clear: true };
  return new Promise((resolve, reject) => {
    let execution: vscode.TaskExecution | undefined;
    const isOurs = (other: vscode.TaskExecution) => other === execution || other.task.name === task.name;
    const listeners: vscode.Disposable[] = [];
    const end = (status: number | undefined) => {
      vscode.Disposable.from(...listeners).dispose();
      resolve(status);
    };
    listeners.push(
      vscode.tasks.onDidEndTaskProcess((event) => {
        if (isOurs(event.execution)) end(event.exitCode);
      }),
      // Also when no process came up at all.
      vscode.tasks.onDidEndTask((event) => {
        if (isOurs(event.execution)) end(undefined);
      }),
    );
    vscode.tasks.executeTask(task).then(
      (started) => {
        execution = started;
      },
      (error: unknown) => {
        vscode.Disposable.from(...listeners).dispose();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}
