// Runs the editor suites in a real VS Code through @vscode/test-electron: the desktop where it can be downloaded and
// shown, else the VS Code server in a headless browser. TEST_EDITOR=web or =desktop chooses; VSCODE_VERSION too.
//   node test/vscode/run.mjs [suite...] [--vsix FILE]
// TEST_GREP names the tests that run.
// With a package the extension is installed from it, and nothing of it is read from this repository.
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { copyApp, installPrisma, installTypescript } from './harness/fixture.mjs';
import { installHarness } from './harness/install.mjs';
import { root } from './harness/paths.mjs';

const out = path.join(root, 'out');
const screenshots = path.join(out, 'screenshots');
const suites = {
  /** The twin app, with a violation of every shape. */
  editor: (folder) => {
    copyApp('shop-twin', folder);
    installPrisma(folder);
    installTypescript(folder);
  },
  /** The same app, opened without trust, with a setting of its own that would have a file written. */
  restricted: (folder) => {
    copyApp('shop-twin', folder);
    mkdirSync(path.join(folder, '.vscode'), { recursive: true });
    writeFileSync(
      path.join(folder, '.vscode/settings.json'),
      '{ "backendSpecialist.map.updateOnSave": true }\n',
    );
    // What would hang a server that runs it, and what would write a file on one.
    const migration = path.join(folder, 'prisma/migrations/29990101000000_hostile');
    mkdirSync(migration, { recursive: true });
    writeFileSync(
      path.join(migration, 'migration.sql'),
      [
        'DO $$ BEGIN LOOP END LOOP; END $$;',
        'SELECT pg_sleep(1000000);',
        `COPY (SELECT 1) TO PROGRAM 'touch ${path.join(folder, 'written')}';`,
        'DROP TABLE "User" CASCADE;',
        '',
      ].join('\n'),
    );
  },
  /** A web project that is none of our business. */
  dormant: (folder) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{ "dependencies": { "next": "16.0.0" } }\n');
    // It makes the extension activate, so that it is the gatekeeper who keeps the server out.
    writeFileSync(path.join(folder, 'next.config.ts'), 'export default {};\n');
    writeFileSync(path.join(folder, 'page.ts'), 'export const page = 1;\n');
  },
};

/** The VS Code executable and what comes first on its command line. */
async function findEditor() {
  const wanted = process.env.TEST_EDITOR;
  const hasScreen = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (wanted === 'desktop' || (wanted !== 'web' && hasScreen)) {
    try {
      const version = process.env.VSCODE_VERSION ?? 'stable';
      return { executable: await downloadAndUnzipVSCode({ version, timeout: 15_000 }), first: [] };
    } catch (error) {
      if (wanted === 'desktop') throw error;
      console.error(
        `The desktop VS Code cannot be downloaded (${error.message}); using the browser instead.`,
      );
    }
  }
  installHarness();
  return { executable: process.execPath, first: [path.join(root, 'test/vscode/harness/vscode-web.mjs')] };
}

/**
 * Installs a packed extension into a folder of its own, as a person would.
 * @param {string} vsix absolute
 * @returns {string} the folder
 * @throws when VS Code refuses it
 */
function installPackage(vsix, editor) {
  const extensions = path.join(root, '.vscode-test/packed-extensions');
  rmSync(extensions, { recursive: true, force: true });
  const args = [...editor.first, `--extensions-dir=${extensions}`, `--install-extension=${vsix}`];
  const { status } = spawnSync(editor.executable, args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`VS Code does not install ${vsix}.`);
  return extensions;
}

/**
 * Runs one suite in a fresh window on a fresh folder. Returns mocha's counts, or undefined when it did not finish.
 * `extensions` is the folder of the packed extension; without it the one in this repository runs.
 */
async function runSuite(name, prepare, editor, extensions) {
  const folder = path.join(out, 'fixture', name);
  const data = path.join(root, '.vscode-test/user-data', name);
  const result = path.join(out, `vscode/${name}.result.json`);
  for (const stale of [folder, data, result]) rmSync(stale, { recursive: true, force: true });
  prepare(folder);
  cpSync(path.join(root, 'test/vscode/settings.json'), path.join(data, 'User/settings.json'));
  let exit = 0;
  try {
    exit = await runTests({
      vscodeExecutablePath: editor.executable,
      extensionDevelopmentPath: extensions ? path.join(root, 'test/vscode/host') : root,
      extensionTestsPath: path.join(out, `vscode/${name}.cjs`),
      extensionTestsEnv: {
        TEST_RESULT_FILE: result,
        TEST_FOLDER: folder,
        SCREENSHOTS: screenshots,
        BACKEND_SPECIALIST_TEST_API: '1',
        TEST_GREP: process.env.TEST_GREP ?? '',
        // Only the browser's launcher knows it: a desktop under test is always trusted.
        ...(name === 'restricted' ? { RESTRICTED: '1' } : {}),
      },
      launchArgs: [
        ...editor.first,
        folder,
        extensions ? `--extensions-dir=${extensions}` : '--disable-extensions',
        `--user-data-dir=${data}`,
      ],
    });
  } catch (error) {
    exit = 1;
    console.error(String(error));
  }
  // The exit code is not proof: VS Code reports 0 when its extension host is killed. The file is.
  const stats = existsSync(result) ? JSON.parse(readFileSync(result, 'utf8')) : undefined;
  if (!stats) console.error(`The suite ${name} did not finish.`);
  else if (exit !== 0 && stats.failures === 0) console.error(`The suite ${name} ended with ${exit}.`);
  return stats && exit !== 0 && stats.failures === 0 ? { ...stats, failures: 1 } : stats;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { vsix: { type: 'string' } },
  });
  const needed = values.vsix ?? path.join(root, 'dist/client.js');
  if (!existsSync(needed))
    throw new Error(`${needed} is missing: run \`npm run ${values.vsix ? 'package' : 'build'}\` first.`);
  rmSync(screenshots, { recursive: true, force: true });
  const editor = await findEditor();
  const isBrowser = editor.first.length > 0;
  const chosen = positionals.filter((name) => name in suites);
  const names = (chosen.length > 0 ? chosen : Object.keys(suites)).filter(
    (name) => isBrowser || name !== 'restricted',
  );
  await build({
    entryPoints: names.map((name) => ({ in: path.join(root, `test/vscode/suite/${name}.ts`), out: name })),
    outdir: path.join(out, 'vscode'),
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const extensions = values.vsix && installPackage(path.resolve(values.vsix), editor);
  let passed = 0;
  let failed = 0;
  for (const name of names) {
    const stats = await runSuite(name, suites[name], editor, extensions);
    passed += stats?.passes ?? 0;
    failed += stats?.failures ?? 1;
  }
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename) await main();
