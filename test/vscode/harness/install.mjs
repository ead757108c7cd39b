// Installs the VS Code server for the editor tests into .vscode-test/server, and Chromium where Debian can give it.
// No compiler and no post-install script is needed: what the server uses on Linux x64 comes prebuilt.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { findChromium, serverHome } from './paths.mjs';

const here = import.meta.dirname;

/** Built-in extensions the tests need; the others only cost start time. */
const keptExtensions = new Set([
  'configuration-editing',
  'git',
  'git-base',
  'javascript',
  'json',
  'json-language-features',
  'markdown-basics',
  'markdown-language-features',
  'search-result',
  'sql',
  'theme-defaults',
  'theme-modern-icons',
  'theme-seti',
  'typescript-basics',
  'yaml',
]);

/** Installs the VS Code server unless the one that is there was made from the same lockfile by the same script. */
export function installServer() {
  const stamp = path.join(serverHome, '.done');
  const wanted =
    readFileSync(path.join(here, 'server/package-lock.json'), 'utf8') +
    readFileSync(path.join(here, 'install.mjs'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      'The browser route of the editor tests needs Linux x64. Elsewhere use the desktop route: TEST_EDITOR=desktop.',
    );
  rmSync(serverHome, { recursive: true, force: true });
  cpSync(path.join(here, 'server'), serverHome, { recursive: true });
  execFileSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--engine-strict=false', '--loglevel=error'],
    {
      cwd: serverHome,
      stdio: ['ignore', 2, 2],
    },
  );
  const vscode = path.join(serverHome, 'node_modules/code-server/lib/vscode');
  // The server serves these modules to the browser from this folder, so they must be reachable there too.
  symlinkSync('../../..', path.join(vscode, 'node_modules'), 'dir');
  const extensions = path.join(vscode, 'extensions');
  for (const name of readdirSync(extensions)) {
    const folder = path.join(extensions, name);
    if (!keptExtensions.has(name) && statSync(folder).isDirectory()) rmSync(folder, { recursive: true });
  }
  writeFileSync(stamp, wanted);
}

/** Makes sure there is a Chromium: installs Debian's when we may, and says what to do when we may not. */
export function installChromium() {
  if (findChromium()) return;
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!mayInstall)
    throw new Error(
      'No Chromium found. Install it (Debian: sudo apt-get install --no-install-recommends chromium) or set CHROMIUM to its path.',
    );
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  execFileSync('apt-get', ['update', '-q'], options);
  execFileSync('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium'], options);
}

/** Installs whatever is missing for the browser route; quick when nothing is. */
export function installHarness() {
  installServer();
  installChromium();
}

if (process.argv[1] === import.meta.filename) installHarness();
