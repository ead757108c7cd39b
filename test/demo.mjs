// `npm run demo`: installs and builds what is missing, prints the findings of the sample app as the command line tool
// does, and opens VS Code with the extension on it: on the desktop where there is one, else in a browser.
// With --no-open, in CI or without a terminal it takes a screenshot instead of waiting for a person.
// Only Node's own modules are imported here: on a fresh machine there are no others yet.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { copyApp } from './vscode/harness/fixture.mjs';
import { installChromium, installServer } from './vscode/harness/install.mjs';
import { root } from './vscode/harness/paths.mjs';

const app = path.join(root, 'out/demo/shop-twin');
const cli = path.join(root, 'dist/cli.js');
const screenshot = path.join(root, 'out/screenshots/demo.png');

/** Runs a command in the project; its output is the person's, unless it is asked for. */
function run(command, args) {
  execFileSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
}

function isInstalled() {
  const installed = path.join(root, 'node_modules/.package-lock.json');
  return (
    existsSync(installed) &&
    statSync(installed).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs
  );
}

/** Prints the findings of the sample app. Exit status 1 says that there are some, as there should be. */
function printFindings() {
  const { status } = spawnSync(process.execPath, [cli, 'check'], { cwd: app, stdio: 'inherit' });
  if (status !== 0 && status !== 1) throw new Error(`The check of the sample app ended with ${status}.`);
}

/** Where to point the editor at: the first unbounded list, as `<absolute path>:<line>:<column>`. */
function firstFinding() {
  const args = [cli, 'check', '--format', 'json'];
  const { stdout } = spawnSync(process.execPath, args, {
    cwd: app,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const { findings } = JSON.parse(stdout);
  const finding = findings.find(({ rule }) => rule === 'require-pagination') ?? findings[0];
  return finding && `${path.join(app, finding.file)}:${finding.line}:${finding.column}`;
}

/** Opens the desktop VS Code on the app; false when there is none to be had. */
async function openDesktop(at) {
  const hasScreen = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!hasScreen) return false;
  const isWindows = process.platform === 'win32';
  let executable = 'code';
  if (spawnSync(executable, ['--version'], { shell: isWindows }).status !== 0) {
    const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
    try {
      executable = await downloadAndUnzipVSCode({ version: 'stable', timeout: 15_000 });
    } catch (error) {
      console.error(
        `The desktop VS Code cannot be downloaded (${error.message}); using the browser instead.`,
      );
      return false;
    }
  }
  const args = [app, '--new-window', `--extensionDevelopmentPath=${root}`, ...(at ? ['--goto', at] : [])];
  const editor = spawn(executable, args, {
    detached: true,
    stdio: 'ignore',
    shell: isWindows && executable === 'code',
  });
  editor.unref();
  console.log('VS Code opens on the sample app.');
  return true;
}

/** Starts the VS Code server on the app. The address is good until `kill` is called or this process ends. */
async function serveWorkbench(at) {
  const { startServer, workbenchUrl } = await import('./vscode/harness/workbench.mjs');
  installServer();
  const data = path.join(root, '.vscode-test/user-data/demo');
  rmSync(data, { recursive: true, force: true });
  cpSync(path.join(root, 'test/vscode/settings.json'), path.join(data, 'User/settings.json'));
  const extensions = path.join(root, '.vscode-test/extensions');
  const server = await startServer({ data, extensions, trustAll: true });
  const url = workbenchUrl({ port: server.port, target: app, developmentPaths: [root], openAt: at });
  return { ...server, url };
}

/** Shows the address and serves until Ctrl+C. */
async function openBrowser(at) {
  const { url, exited, kill } = await serveWorkbench(at);
  console.log(`\nVS Code with Backend Specialist on the sample app:\n\n  ${url}\n\nCtrl+C ends it.`);
  process.once('SIGINT', kill);
  process.once('SIGTERM', kill);
  await exited;
}

/** Opens the app in a headless browser, and leaves a picture of its squiggles and of the Backend Map. */
async function takeScreenshot(at) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.log('No screenshot: the headless editor needs Linux x64.');
    return;
  }
  const { openPage } = await import('./vscode/harness/workbench.mjs');
  installChromium();
  const { url, kill } = await serveWorkbench(at);
  const { browser, page } = await openPage();
  try {
    await page.goto(url);
    const timeout = 60_000;
    await page.waitForSelector('.monaco-editor .squiggly-error, .monaco-editor .squiggly-warning', {
      timeout,
    });
    await page.getByRole('tab', { name: 'Backend Specialist' }).first().click({ timeout });
    await page.waitForSelector('.pane-body .monaco-list-row[aria-label*=", action in "]', { timeout });
    mkdirSync(path.dirname(screenshot), { recursive: true });
    await page.screenshot({ path: screenshot });
    console.log(`Screenshot: ${path.relative(root, screenshot)}`);
  } finally {
    await browser.close();
    kill();
  }
}

if (!isInstalled()) run('npm', ['ci', '--no-audit', '--no-fund']);
run(process.execPath, ['esbuild.mjs']);
copyApp('shop-twin', app);
printFindings();
const place = firstFinding();
const isAlone = process.argv.includes('--no-open') || Boolean(process.env.CI) || !process.stdout.isTTY;
if (isAlone) await takeScreenshot(place);
else if (!(await openDesktop(place))) await openBrowser(place);
process.exit(0);
