// `npm test`: everything, in the order in which a mistake is cheapest to find. The last line is `N passed, N failed`, with
// `, N skipped` when something was skipped; each check that has no tests of its own counts as one.
//   node test/run.mjs [--no-editor]
// Only Node's own modules are imported here: on a fresh machine there are no others yet.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const report = path.join(root, 'out/vitest.json');
const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const packed = path.join(root, `out/${name}-${version}.vsix`);
const isWindows = process.platform === 'win32';
const total = { passed: 0, failed: 0, skipped: 0 };

/** Whether npm has installed what package-lock.json says. */
function isInstalled() {
  const installed = path.join(root, 'node_modules/.package-lock.json');
  return (
    existsSync(installed) &&
    statSync(installed).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs
  );
}

/**
 * Runs a command in the repository. Returns its exit status, and its output when `captured`; -1 when it could not be started.
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args, captured = false) {
  const { status, stdout, error } = spawnSync(command, args, {
    cwd: root,
    shell: isWindows,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', captured ? 'pipe' : 'inherit', 'inherit'],
  });
  if (error) console.error(String(error));
  if (captured) process.stdout.write(stdout ?? '');
  return { status: status ?? -1, output: stdout ?? '' };
}

function heading(title) {
  console.log(`\n— ${title}`);
}

/** A check that is right or wrong as a whole. */
function check(title, command, args) {
  heading(title);
  const { status } = run(command, args);
  total[status === 0 ? 'passed' : 'failed']++;
  if (status !== 0) console.error(`${title} failed (exit status ${status})`);
  return status === 0;
}

/** Counts of a run of vitest; one failure when there is no report, or none of its failures is a test's. */
function countVitest(status) {
  if (!existsSync(report)) {
    total.failed++;
    return;
  }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, success } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  total.passed += numPassedTests;
  total.skipped += numPendingTests + numTodoTests;
  total.failed += numFailedTests;
  // A file that cannot be loaded has no tests that could fail.
  if (numFailedTests === 0 && (status !== 0 || !success)) total.failed++;
}

/** The counts that the editor suite prints last; one failure when it prints none. */
function countEditor({ status, output }) {
  const counts = /(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/.exec(output);
  if (!counts) {
    total.failed++;
    return;
  }
  total.passed += Number(counts[1]);
  total.failed += Number(counts[2]);
  total.skipped += Number(counts[3] ?? 0);
  if (status !== 0 && counts[2] === '0') total.failed++;
}

function finish() {
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
}

function main() {
  if (!isInstalled()) {
    heading('Dependencies');
    const { status } = run('npm', ['ci', '--no-audit', '--no-fund']);
    if (status !== 0) {
      total.failed++;
      return;
    }
  }
  const bin = (tool) => path.join(root, 'node_modules/.bin', isWindows ? `${tool}.cmd` : tool);
  check('Types', bin('tsc'), ['-p', '.']);
  check('Lint', bin('oxlint'), ['--deny-warnings']);
  check('Format', bin('oxfmt'), ['--check']);
  check('Generated files', bin('tsx'), ['src/codegen/main.ts', '--check']);
  const isPacked = check('Package', process.execPath, ['package.mjs']);
  heading('Tests');
  rmSync(report, { force: true });
  mkdirSync(path.dirname(report), { recursive: true });
  const { status } = run(bin('vitest'), [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  countVitest(status);
  if (process.argv.includes('--no-editor')) return;
  heading('Real editor');
  // What people install is what is tested, in an editor that knows nothing of this folder.
  if (isPacked) countEditor(run(process.execPath, ['test/vscode/run.mjs', '--vsix', packed], true));
  else total.failed++;
}

main();
finish();
