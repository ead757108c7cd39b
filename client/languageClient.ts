import * as vscode from 'vscode';
import {
  CloseAction,
  LanguageClient,
  RevealOutputChannelOn,
  TransportKind,
  type LanguageClientOptions,
  type ServerOptions,
} from 'vscode-languageclient/node';
import { clientId, commandIds, productName } from './names.ts';
import type { InitializationOptions } from '../src/protocol/requests.ts';

const languages =
  'typescript typescriptreact javascript javascriptreact sql yaml shellscript dockerfile makefile dotenv prisma ' +
  'dockercompose github-actions-workflow';

/** Files whose language is too wide, or is not known in every editor. */
const patterns = [
  '**/*.prisma',
  '**/.env*',
  '**/package.json',
  '**/*.{yml,yaml}',
  '**/{Dockerfile,Dockerfile.*,*.Dockerfile}',
  '**/{Makefile,*.mk,justfile}',
  '**/*.{sh,bash}',
  '**/backend-specialist.config.json',
  '**/backend-map.md',
];

/** Every kind of file the rules read. Also fits `vscode.DocumentSelector`. */
export const documentSelector = [
  ...languages.split(' ').map((language) => ({ scheme: 'file', language })),
  ...patterns.map((pattern) => ({ scheme: 'file', pattern })),
];

/** Commit messages: the files that git opens an editor for, and the input of the Source Control view. */
const messageSelector = [
  { scheme: 'file', language: 'git-commit' },
  { scheme: 'vscode-scm', language: 'scminput' },
];

/** How often the server may fall within three minutes before we stop starting it again. */
const maxRestarts = 4;

/**
 * Makes the client of our language server; does not start it.
 * @param serverModule absolute path of the built server
 * @param onGiveUp called when the server fell too often and stays down
 */
export function createLanguageClient(
  serverModule: string,
  log: vscode.LogOutputChannel,
  onGiveUp: () => void,
): LanguageClient {
  const run = { module: serverModule, transport: TransportKind.ipc };
  // A small space for young objects and one arena of the C library (glibc reads the variable, others ignore it): on 5,000
  // files 100 MB less at the same speed, where --optimize-for-size saves as much and costs a third more time.
  const execArgv = ['--max-semi-space-size=8'];
  const env = { MALLOC_ARENA_MAX: '1' };
  const serverOptions: ServerOptions = {
    run: { ...run, options: { execArgv, env } },
    debug: { ...run, options: { execArgv: [...execArgv, '--nolazy', '--inspect=6009'], env } },
  };
  const options: LanguageClientOptions = {
    documentSelector: [...documentSelector, ...messageSelector],
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: currentTrust,
    // The defaults are all false: a squiggle would appear when a file is opened and then never change.
    diagnosticPullOptions: { onChange: true, onSave: true, onFocus: true },
    markdown: { isTrusted: { enabledCommands: [commandIds.openRule] }, supportThemeIcons: true },
    // Extensions open documents in silence; without this each of them would be a burst of open and close.
    textSynchronization: { delayOpenNotifications: true },
    errorHandler: {
      error: (error, message, count) => policy.error(error, message, count),
      closed: async () => {
        const result = await policy.closed();
        if (result.action === CloseAction.DoNotRestart) onGiveUp();
        return { ...result, handled: true };
      },
    },
  };
  const client = new LanguageClient(clientId, productName, serverOptions, options);
  const policy = client.createDefaultErrorHandler(maxRestarts);
  return client;
}

/** Asked again at every start of the server, since trust may be given meanwhile. */
function currentTrust(): InitializationOptions {
  return { trusted: vscode.workspace.isTrusted };
}
