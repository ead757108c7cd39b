// Starts the VS Code server and opens its workbench in a headless browser. Shared by the test launcher and the demo.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { findChromium, serverHome, serverMain, serverNode } from './paths.mjs';

const startTimeoutMs = 30_000;

/** The environment of this process without what would change how the server or its extension host runs. */
function cleanEnvironment(extra) {
  const env = { ...process.env, ...extra };
  for (const name of Object.keys(env))
    if (/^(npm_|NODE_OPTIONS$|VSCODE_(?!WEB_|TEST_))/.test(name)) delete env[name];
  return env;
}

/**
 * Starts the VS Code server on a free port of the loopback interface.
 * @param {{ data: string, extensions: string, trustAll: boolean, env?: Record<string, string> }} options absolute folders;
 *   `trustAll` opens every workspace as trusted
 * @returns {Promise<{ port: number, kill: () => void, exited: Promise<number | null> }>}
 */
export async function startServer({ data, extensions, trustAll, env }) {
  mkdirSync(data, { recursive: true });
  const server = spawn(
    serverNode,
    [
      serverMain,
      '--host=127.0.0.1',
      '--port=0',
      '--without-connection-token',
      '--accept-server-license-terms',
      '--telemetry-level=off',
      '--disable-experiments',
      '--force-disable-user-env',
      `--server-data-dir=${path.join(data, 'server')}`,
      `--user-data-dir=${data}`,
      `--extensions-dir=${extensions}`,
      // Without it a built workbench takes no extension under development.
      '--enable-smoke-test-driver',
      ...(trustAll ? ['--disable-workspace-trust'] : []),
    ],
    // Its own process group, so that the extension host and our language server end with it.
    { stdio: ['ignore', 'pipe', 'pipe'], env: cleanEnvironment(env), detached: true },
  );
  const kill = () => {
    try {
      process.kill(-server.pid, 'SIGTERM');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error; // ESRCH: it has ended already
    }
  };
  process.on('exit', kill);
  const exited = new Promise((resolve) => server.on('exit', resolve));
  let log = '';
  const port = await new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`The VS Code server did not start.\n${log}`)),
      startTimeoutMs,
    );
    const read = (chunk) => {
      if (log === undefined) return;
      log += chunk;
      const listening = /listening on (\d+)/.exec(log);
      if (!listening || !log.includes('host agent started')) return;
      clearTimeout(timer);
      log = undefined; // read on, so that the pipe never fills, but keep nothing
      resolve(Number(listening[1]));
    };
    server.stdout.on('data', read);
    server.stderr.on('data', read);
    server.on('exit', (code) => reject(new Error(`The VS Code server exited with ${code}.\n${log ?? ''}`)));
  });
  return { port, kill, exited };
}

const remote = (file) => `vscode-remote://remote${pathToFileURL(path.resolve(file)).pathname}`;

/**
 * Address that opens a folder with extensions under development.
 * @param {{ port: number, target?: string, developmentPaths: string[], testsPath?: string, disableExtensions?: boolean, openAt?: string }} options
 *   `openAt` is a file to show, as `<absolute path>:<line>:<column>`, 1-based
 * @returns {string}
 */
export function workbenchUrl({ port, target, developmentPaths, testsPath, disableExtensions, openAt }) {
  const payload = [
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
    ...developmentPaths.map((folder) => ['extensionDevelopmentPath', remote(folder)]),
    ...(testsPath ? [['extensionTestsPath', remote(testsPath)]] : []),
    ...(disableExtensions ? [['disableExtensions', 'true']] : []),
    ...(openAt
      ? [
          ['gotoLineMode', 'true'],
          // The editor knows a file of its folder by the page's own authority, and would take any other for a stranger.
          ['openFile', remote(openAt).replace('//remote/', `//localhost:${port}/`)],
        ]
      : []),
  ];
  // A service worker and the clipboard need a secure origin: localhost is one, 127.0.0.1 is not always.
  const url = new URL(`http://localhost:${port}/`);
  if (target)
    url.searchParams.set(target.endsWith('.code-workspace') ? 'workspace' : 'folder', path.resolve(target));
  url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

/**
 * A page of a headless Chromium, not yet navigated.
 * @returns {Promise<{ browser: import('playwright-core').Browser, page: import('playwright-core').Page }>}
 */
export async function openPage() {
  const { chromium } = createRequire(path.join(serverHome, 'package.json'))('playwright-core');
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US' });
  return { browser, page: await context.newPage() };
}
