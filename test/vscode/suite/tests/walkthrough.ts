import * as assert from 'node:assert/strict';
import { it } from 'mocha';
import * as vscode from 'vscode';
import { until } from '../events.ts';
import { extensionId } from '../extension.ts';
import { inBrowser, ui, uiList } from '../ui.ts';

export function walkthroughTests(): void {
  it('opens with its steps', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${extensionId}#start`);
    await until('the page of the walkthrough', [vscode.window.tabGroups.onDidChangeTabs], () =>
      vscode.window.tabGroups.activeTabGroup.tabs.some(({ label }) => /^(Walkthrough|Welcome)/.test(label)),
    );
    if (inBrowser) {
      await ui('wait', { selector: '.gettingStartedContainer .step-title' });
      await ui('screenshot', { name: 'walkthrough' });
      const steps = await uiList('text', { selector: '.gettingStartedContainer .step-title', name: '' });
      assert.deepEqual(steps.length, 5);
    }
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
}
