/** Commit messages: what is wrong with one while it is edited, and the one that fits what is staged. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { DiagnosticSeverity, type Diagnostic } from 'vscode-languageserver/node';
import { gitRoot, stagedChanges, textOf } from '../../src/host/node.ts';
import { commitSuggestionRequest, type CommitSuggestion } from '../../src/protocol/verify.ts';
import type { EngineModule } from '../folder.ts';
import type { ServerContext } from '../context.ts';
import { diagnosticSource } from '../convert.ts';
import { pathOfUri } from '../uris.ts';

export interface CommitMessages {
  /** What is wrong with a message; `undefined` for a document that is none. @param uri as the editor spells it */
  check(uri: string): Promise<Diagnostic[] | undefined>;
}

type Touched = Awaited<ReturnType<EngineModule['touchedBy']>>;

/** Where a message is edited: the folders of git that belong to it. Both absolute. */
interface Place {
  /** The working tree, where it can be told. */
  root: string | undefined;
  /** Holds the index. */
  gitFolder: string | undefined;
}

const messageFiles = /^(COMMIT_EDITMSG|MERGE_MSG)$/;

/** The working tree of a folder of git: the folder around `.git`, or the one that a linked working tree names. */
function workTreeOf(gitFolder: string): string | undefined {
  if (path.basename(gitFolder) === '.git') return path.dirname(gitFolder);
  try {
    return path.dirname(readFileSync(path.join(gitFolder, 'gitdir'), 'utf8').trim());
  } catch {
    // A bare repository, or no folder of git at all: the form is checked alone.
    return undefined;
  }
}

/** VS Code's Git extension has one for each repository: `vscode-scm:git/scm0/input?rootUri=…`. */
const isSourceControlInput = (uri: string): boolean => uri.startsWith('vscode-scm:git/');

/** `undefined` for a document that is no commit message. @param languageId as VS Code calls messages, and its Source Control input */
function placeOf(uri: string, languageId: string): Place | undefined {
  const absolute = pathOfUri(uri);
  if (absolute !== undefined) {
    if (languageId !== 'git-commit' && !messageFiles.test(path.basename(absolute))) return undefined;
    const gitFolder = path.dirname(absolute);
    return { root: workTreeOf(gitFolder), gitFolder };
  }
  if (languageId !== 'scminput' || !isSourceControlInput(uri)) return undefined;
  // The value is encoded, and the query around it once more.
  const named = /\brootUri=(.*)$/.exec(decoded(uri.slice(uri.indexOf('?') + 1)))?.[1];
  const root = named === undefined ? undefined : pathOfUri(decoded(named));
  return { root, gitFolder: root === undefined ? undefined : path.join(root, '.git') };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // It was not encoded.
    return text;
  }
}

export function registerCommitMessages(
  context: ServerContext,
  loadEngine: () => Promise<EngineModule>,
): CommitMessages {
  const { connection, client, documents } = context;
  /** What was staged last, by the working tree. */
  const staged = new Map<string, { stamp: number | undefined; touched: Touched | undefined }>();

  /** Asks git again only when the index was written since. */
  async function touchedIn(root: string, gitFolder: string | undefined): Promise<Touched | undefined> {
    const stamp = gitFolder === undefined ? undefined : stampOf(path.join(gitFolder, 'index'));
    const known = staged.get(root);
    if (known && stamp !== undefined && known.stamp === stamp) return known.touched;
    const changes = await stagedChanges(root);
    const { touchedBy } = await loadEngine();
    const touched = changes && changes.files.length > 0 ? await touchedBy(changes) : undefined;
    staged.set(root, { stamp, touched });
    return touched;
  }

  const rulesIn = async (root: string) =>
    (await loadEngine()).nearestRules([''], (file) => textOf(path.join(root, file)));

  async function check(uri: string): Promise<Diagnostic[] | undefined> {
    const document = documents.any(uri);
    const place = document && placeOf(uri, document.languageId);
    if (!document || !place) return undefined;
    const { checkMessage, parseMessage } = await loadEngine();
    const text = document.getText();
    // One that nobody has begun to write is not wrong yet.
    if (parseMessage(text).header === '') return [];
    const { root, gitFolder } = place;
    // Git is a program: it is not run for a workspace that is not trusted.
    const touched = root === undefined || !client.trusted ? undefined : await touchedIn(root, gitFolder);
    const rules = root === undefined ? undefined : await rulesIn(root);
    return checkMessage(text, touched, rules).map(({ severity, message, line, start, end }) => ({
      severity: severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
      message,
      code: 'commit-message',
      source: diagnosticSource,
      range: { start: { line, character: start }, end: { line, character: end } },
    }));
  }

  connection.onRequest(commitSuggestionRequest.method, async (params: unknown): Promise<CommitSuggestion> => {
    const folder = pathOfUri(commitSuggestionRequest.params.parse(params).root);
    if (folder === undefined || !client.trusted) return { notes: [] };
    const root = await gitRoot(folder);
    const touched = root === undefined ? undefined : await touchedIn(root, undefined);
    if (root === undefined || !touched) return { notes: [] };
    const { suggestFitted, messageText } = await loadEngine();
    const rules = await rulesIn(root);
    const suggestion = suggestFitted(touched, rules);
    return { ...(suggestion ? { message: messageText(suggestion) } : {}), notes: rules.notes };
  });

  // Editors that pull ask by themselves, but never for an input: only for what has a tab.
  documents.onText((uri) => {
    if (client.pullsDiagnostics && !isSourceControlInput(uri)) return;
    check(uri).then(
      (diagnostics) => {
        if (diagnostics) return connection.sendDiagnostics({ uri, diagnostics });
      },
      (error: unknown) => context.log(`The message is not checked: ${String(error)}`),
    );
  });

  return { check };
}

function stampOf(file: string): number | undefined {
  try {
    return statSync(file).mtimeMs;
  } catch {
    // No index yet, or one that lies elsewhere: git is asked each time.
    return undefined;
  }
}
