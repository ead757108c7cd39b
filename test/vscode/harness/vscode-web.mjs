// Stands in for the desktop VS Code executable: takes the same command line, runs the VS Code server, opens it in a
// headless Chromium and exits with the code of the suite.
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { serverHome, serverMain, serverNode } from './paths.mjs';
import { openPage, startServer, workbenchUrl } from './workbench.mjs';

const text = { type: 'string' };
const list = { type: 'string', multiple: true };
const flag = { type: 'boolean' };
const { values: options, positionals } = parseArgs({
  args: process.argv.slice(2),
  strict: false,
  allowPositionals: true,
  options: {
    extensionDevelopmentPath: list,
    extensionTestsPath: text,
    'user-data-dir': text,
    'extensions-dir': text,
    'install-extension': list,
    version: flag,
    'list-extensions': flag,
    'disable-extensions': flag,
    'disable-workspace-trust': flag,
    'disable-updates': flag,
    'skip-welcome': flag,
    'skip-release-notes': flag,
    'no-cached-data': flag,
    'no-sandbox': flag,
    'disable-gpu-sandbox': flag,
  },
});
const data = path.resolve(options['user-data-dir'] ?? path.join(serverHome, '../user-data'));
const extensions = path.resolve(options['extensions-dir'] ?? path.join(serverHome, '../extensions'));

if (options.version || options['list-extensions'] || options['install-extension']) {
  const rest = process.argv.slice(2).filter((argument) => !/^--(user-data|extensions)-dir/.test(argument));
  const args = [serverMain, '--accept-server-license-terms', '--extensions-dir', extensions, ...rest];
  process.exit(spawnSync(serverNode, args, { stdio: 'inherit' }).status ?? 1);
}

const screenshots = process.env.SCREENSHOTS ?? path.join(serverHome, '../screenshots');
mkdirSync(screenshots, { recursive: true });
mkdirSync(data, { recursive: true });

let page;
let browser;
let kill = () => {};
let finished = false;

const report = (error) => console.error(String(error));

async function finish(code) {
  if (finished) return;
  finished = true;
  if (code) await page?.screenshot({ path: path.join(screenshots, 'at-failure.png') }).catch(report);
  await browser?.close().catch(report);
  kill();
  process.exit(code);
}

/** As long as the suite itself waits for an event (suite/events.ts): a loaded machine is slow, never wrong. */
const waitMs = 30_000;

/** What the suite may ask for: POST <control address>/<verb> with a JSON body. */
const verbs = {
  log: ({ text: line }) => process.stdout.write(line),
  screenshot: ({ name }) => page.screenshot({ path: path.join(screenshots, `${name}.png`) }).then(() => name),
  keys: async ({ keys }) => {
    for (const key of [keys].flat()) await page.keyboard.press(key);
  },
  type: ({ text: typed }) => page.keyboard.type(typed, { delay: 15 }),
  click: ({ selector }) => page.locator(selector).first().click(),
  hover: ({ selector }) => page.locator(selector).first().hover(),
  wait: ({ selector, state }) => page.waitForSelector(selector, { timeout: waitMs, state }).then(() => true),
  // A webview is a frame with the extension's page in a frame of its own.
  webview: ({ text: wanted }) =>
    page
      .frameLocator('iframe.webview.ready')
      .frameLocator('#active-frame')
      .getByText(wanted)
      .first()
      .waitFor({ timeout: waitMs })
      .then(() => true),
  frame: async ({ selector, act, value }) => {
    const frame = page.frameLocator('iframe.webview.ready:visible').frameLocator('#active-frame');
    const found = frame.locator(selector);
    switch (act) {
      case 'texts':
        return found.allInnerTexts();
      case 'labels':
        return found.evaluateAll((nodes) => nodes.map((node) => node.getAttribute('aria-label')));
      case 'wait':
        return found.first().waitFor({ timeout: 10_000 });
      case 'click':
        return found.first().click();
      case 'fill':
        return found.first().fill(value);
      case 'press':
        return found.first().press(value);
      case 'choose':
        return found
          .first()
          .selectOption(value)
          .then(() => null);
      default:
        throw new Error(`There is no act ${act}.`);
    }
  },
  text: ({ selector }) => page.locator(selector).allInnerTexts(),
  aria: ({ selector }) => page.locator(selector).first().ariaSnapshot(),
  attributes: ({ selector, name }) =>
    page
      .locator(selector)
      .evaluateAll((nodes, attribute) => nodes.map((node) => node.getAttribute(attribute)), name),
};
const control = http.createServer(async (request, response) => {
  try {
    let body = '';
    for await (const chunk of request) body += chunk;
    const answer = await verbs[request.url.slice(1)](body ? JSON.parse(body) : {});
    response.end(JSON.stringify(answer ?? null));
  } catch (error) {
    response.statusCode = 500;
    response.end(String(error));
  }
});
await new Promise((resolve) => control.listen(0, '127.0.0.1', resolve));

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => finish(130));
const timeoutMs = Number(process.env.SUITE_TIMEOUT ?? 300_000);
setTimeout(() => {
  console.error(`The suite did not finish within ${timeoutMs} ms.`);
  void finish(6);
}, timeoutMs).unref();

const server = await startServer({
  data,
  extensions,
  trustAll: options['disable-workspace-trust'] === true && !process.env.RESTRICTED,
  env: { VSCODE_WEB_CONTROL: `http://127.0.0.1:${control.address().port}` },
});
kill = server.kill;
({ browser, page } = await openPage());
page.on('crash', () => finish(5));
const renderer = createWriteStream(path.join(data, 'renderer.log'));
await page.exposeFunction('codeAutomationExit', (code) => void finish(code));
await page.exposeFunction('codeAutomationLog', (kind, parts) => {
  const line = parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' ');
  renderer.write(`[${kind}] ${line}\n`);
});
await page.goto(
  workbenchUrl({
    port: server.port,
    target: positionals[0],
    developmentPaths: options.extensionDevelopmentPath ?? [],
    testsPath: options.extensionTestsPath,
    disableExtensions: options['disable-extensions'] === true,
  }),
);
