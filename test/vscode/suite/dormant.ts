import * as assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { until } from './events.ts';
import { fileUri, testApi } from './extension.ts';
import { runSuite } from './runner.ts';
import { ui } from './ui.ts';

/** A workspace with Next.js but no Prisma: the gatekeeper keeps the server out, until Prisma comes. */
export function run(): Promise<void> {
  return runSuite(() => describe('a workspace that is not Next.js with Prisma', tests));
}

/** Command lines of the server's processes that this extension host started; Linux only. */
function serverProcesses(): string[] {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim();
  const commands = children
    .split(' ')
    .map((pid) => (pid ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : ''));
  return commands.filter((command) => command.includes('/dist/server.js'));
}

function tests(): void {
  it('activates and decides against a server', async () => {
    const { status } = await testApi();
    await until('a decision', [status.onDidChangeState], () => status.state);
    assert.equal(status.state, 'unfit');
    assert.equal(status.client, undefined);
  });

  it('has no server process', () => {
    if (process.platform === 'linux') assert.deepEqual(serverProcesses(), []);
  });

  it('says so in the Backend Map', async () => {
    await vscode.commands.executeCommand('workbench.view.extension.backend-specialist');
    await ui('wait', { selector: '.welcome-view-content:has-text("No Next.js app with Prisma")' });
    await ui('screenshot', { name: 'unfit' });
  });

  it('starts the server when Prisma is added', async () => {
    const { status } = await testApi();
    const manifest = { dependencies: { next: '16.0.0', '@prisma/client': '7.0.0' } };
    writeFileSync(fileUri('package.json').fsPath, JSON.stringify(manifest));
    await until('the start of the server', [status.onDidChangeState], () => status.state !== 'unfit');
    assert.ok(status.client);
    await until('a running server', [status.onDidChangeState], () => status.state === 'ready');
    if (process.platform === 'linux') assert.equal(serverProcesses().length, 1);
  });
}
