import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { TestApi } from '../../../client/extension.ts';

export const extensionId = 'backend-specialist.backend-specialist';

/** Absolute path of the opened folder. */
export const folder = process.env['TEST_FOLDER'] ?? '';

/** The extension under test; activates it when nothing else has. */
export async function testApi(): Promise<TestApi> {
  const extension = vscode.extensions.getExtension<TestApi>(extensionId);
  assert.ok(extension, 'the extension is installed');
  const api = await extension.activate();
  assert.ok(api, 'the extension hands out its test API');
  return api;
}

export function fileUri(relative: string): vscode.Uri {
  return vscode.Uri.file(path.join(folder, relative));
}
