import * as vscode from 'vscode';
import { commitSuggestionRequest, type CommitSuggestion } from '../../src/protocol/verify.ts';
import { commandIds, productName } from '../names.ts';
import type { Session } from '../session.ts';

/** What is used of the API of VS Code's own Git extension, version 1. */
interface Repository {
  readonly rootUri: vscode.Uri;
  readonly inputBox: { value: string };
}

interface GitExtension {
  getAPI(version: 1): { readonly repositories: readonly Repository[] };
}

/** The command *Suggest Commit Message*: fills the input of the Source Control view and never commits. */
export function registerSuggestCommitMessage(session: Session): vscode.Disposable {
  return vscode.commands.registerCommand(commandIds.suggestCommitMessage, (source: unknown) =>
    suggest(session, source),
  );
}

/**
 * @param source the repository whose menu was used, if one was
 * @returns the message that stands in the input now, if one was written there
 */
async function suggest(session: Session, source: unknown): Promise<string | undefined> {
  const { client } = session;
  const warn = (text: string) => void vscode.window.showWarningMessage(text);
  if (!client?.isRunning()) return warn(`${productName} is not running in this workspace.`);
  if (!vscode.workspace.isTrusted) return warn('Git is not asked in a workspace that is not trusted.');
  const repository = await pickRepository(source);
  if (!repository) return undefined;
  const { message, notes } = await ask(client, repository.rootUri);
  for (const note of notes) session.log.info(note);
  if (message === undefined) return warn('Nothing is staged: stage what the commit is to hold.');
  const { value } = repository.inputBox;
  if (value.trim() !== '' && value !== message) {
    const replace = 'Replace';
    const answer = await vscode.window.showWarningMessage(
      'Replace the message that stands there?',
      { modal: true, detail: value },
      replace,
    );
    if (answer !== replace) return undefined;
  }
  repository.inputBox.value = message;
  await vscode.commands.executeCommand('workbench.view.scm');
  return message;
}

async function ask(client: NonNullable<Session['client']>, root: vscode.Uri): Promise<CommitSuggestion> {
  return commitSuggestionRequest.result.parse(
    await client.sendRequest<unknown>(commitSuggestionRequest.method, { root: root.toString() }),
  );
}

/** The repository that is meant; the person is asked where there are several. */
async function pickRepository(source: unknown): Promise<Repository | undefined> {
  const git = vscode.extensions.getExtension<GitExtension>('vscode.git');
  const repositories = git ? (await openGit(git)).repositories : [];
  const root =
    typeof source === 'object' && source !== null && 'rootUri' in source ? String(source.rootUri) : undefined;
  const named = repositories.find(({ rootUri }) => rootUri.toString() === root);
  if (named) return named;
  if (repositories.length === 0)
    void vscode.window.showWarningMessage('There is no Git repository in the Source Control view.');
  if (repositories.length < 2) return repositories[0];
  const picked = await vscode.window.showQuickPick(
    repositories.map((repository) => ({
      label: vscode.workspace.asRelativePath(repository.rootUri),
      repository,
    })),
    { placeHolder: 'Repository whose staged change the message is for' },
  );
  return picked?.repository;
}

async function openGit(git: vscode.Extension<GitExtension>): Promise<ReturnType<GitExtension['getAPI']>> {
  const api = git.isActive ? git.exports : await git.activate();
  return api.getAPI(1);
}
