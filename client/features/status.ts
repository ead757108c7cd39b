import * as vscode from 'vscode';
import { documentSelector } from '../languageClient.ts';
import { commandIds, productName } from '../names.ts';
import type { Session } from '../session.ts';
import type { FindingCounts } from '../../src/protocol/requests.ts';

/** `2 errors, 1 warning`; empty when there is nothing of note. Infos and hints are counted only on request. */
export function describeCounts(counts: FindingCounts, all = false): string {
  const parts = [
    [counts.error, 'error'],
    [counts.warning, 'warning'],
    ...(all
      ? ([
          [counts.info, 'info'],
          [counts.hint, 'hint'],
        ] as const)
      : []),
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, name]) => `${count} ${name}${count === 1 ? '' : 's'}`)
    .join(', ');
}

/** Shows the state of the server in the language status of every file we check. */
export function registerStatus(session: Session): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem('backendSpecialist.status', documentSelector);
  item.name = productName;
  item.command = { command: commandIds.showLog, title: 'Show Log' };
  const draw = (): void => {
    const { state, status } = session;
    item.busy = state === 'starting' || state === 'indexing';
    item.severity =
      state === 'error' ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    item.text = `$(shield) ${productName}`;
    switch (state) {
      case undefined:
      case 'starting':
        item.detail = 'starting';
        break;
      case 'unfit':
        item.detail = 'off: no Next.js app with Prisma in this workspace';
        break;
      case 'indexing':
        item.detail = status ? `indexing, ${status.done} of ${status.files} files` : 'indexing';
        break;
      case 'ready':
        item.detail = status ? describeCounts(status.findings, true) || 'no findings' : 'ready';
        break;
      case 'error':
        item.detail = status?.message ?? 'not running';
        item.command = { command: commandIds.restartServer, title: 'Restart' };
        break;
    }
    if (state !== 'error') item.command = { command: commandIds.showLog, title: 'Show Log' };
  };
  draw();
  return vscode.Disposable.from(item, session.onDidChangeState(draw), session.onDidChangeStatus(draw));
}
