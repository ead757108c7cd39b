import * as assert from 'node:assert/strict';
import { it } from 'mocha';
import * as vscode from 'vscode';
import { openFile } from '../editing.ts';
import { until } from '../events.ts';
import { testApi } from '../extension.ts';
import { untilFindings } from '../findings.ts';
import { findFirst } from './findings.ts';

/** Waits until the server has come up anew, is idle, and a file shows its findings again. */
async function untilBack(oldPid: number | undefined, uri: vscode.Uri): Promise<void> {
  const { status } = await testApi();
  await until('a new, idle server', [status.onDidChangeStatus], () => {
    const pid = status.client?.serverProcess?.pid;
    return (
      pid !== undefined && pid !== oldPid && status.state === 'ready' && status.status?.quiescent === true
    );
  });
  await untilFindings('the findings to come back', uri, (found) => found.length > 0);
}

export function serverTests(): void {
  it('comes back by itself after a crash', async () => {
    const { status } = await testApi();
    const { uri } = findFirst('require-pagination');
    await openFile(uri);
    const process = status.client?.serverProcess;
    assert.ok(process);
    process.kill('SIGKILL');
    await untilBack(process.pid, uri);
  });

  it('comes back on command', async () => {
    const { status } = await testApi();
    const { uri } = findFirst('require-pagination');
    const pid = status.client?.serverProcess?.pid;
    await vscode.commands.executeCommand('backendSpecialist.restartServer');
    await untilBack(pid, uri);
  });
}
