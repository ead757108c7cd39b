import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

/** The command line as it is shipped. */
export const builtCli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A temporary folder with files, removed after the test. @param files text or bytes by path */
export function createWorkspace(files: { [file: string]: string | Uint8Array }): string {
  const root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'backend-specialist-cli-')));
  folders.push(root);
  for (const [file, text] of Object.entries(files)) writeIn(root, file, text);
  return root;
}

export function writeIn(root: string, file: string, text: string | Uint8Array): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

export function git(root: string, ...args: string[]): string {
  const identity = [
    '-c',
    'user.name=Test',
    '-c',
    'user.email=test@example.com',
    '-c',
    'init.defaultBranch=main',
  ];
  return execFileSync('git', [...identity, ...args], { cwd: root, encoding: 'utf8', stdio: 'pipe' });
}

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the built command line in a folder. */
export function run(cwd: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const cache = createWorkspace({});
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [builtCli, ...args],
      {
        cwd,
        maxBuffer: 64 * 1024 * 1024,
        env: { ...process.env, XDG_CACHE_HOME: cache, FORCE_COLOR: '', NO_COLOR: '', ...env },
      },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

/** The report of `check --format json`; its shape is what CONTRACTS fixes. */
export interface JsonReport {
  version: number;
  root: string;
  summary: { [name: string]: number };
  findings: {
    rule: string;
    severity: string;
    file: string;
    line: number;
    column: number;
    fixes: unknown[];
    fingerprint: string;
  }[];
  problems: { file: string; message: string }[];
}

export async function runJson(cwd: string, args: string[] = []): Promise<Outcome & { report: JsonReport }> {
  const outcome = await run(cwd, ['check', '--format', 'json', ...args]);
  // The test that reads a field fails when the shape is another.
  return { ...outcome, report: JSON.parse(outcome.stdout) as JsonReport };
}
