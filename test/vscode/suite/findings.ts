import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { until } from './events.ts';
import { extensionId, folder } from './extension.ts';

export const source = 'backend-specialist';

/** The rule id of one of our diagnostics. */
export function ruleOf(diagnostic: vscode.Diagnostic): string {
  return typeof diagnostic.code === 'object' ? String(diagnostic.code.value) : String(diagnostic.code);
}

/** Our diagnostics in a file, in the order of their places. */
export function findingsIn(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages
    .getDiagnostics(uri)
    .filter((diagnostic) => diagnostic.source === source)
    .toSorted((a, b) => a.range.start.compareTo(b.range.start));
}

/** Waits until the findings of a file are as wanted, and returns what `read` made of them. */
export function untilFindings<T>(
  what: string,
  uri: vscode.Uri,
  read: (found: vscode.Diagnostic[]) => T | undefined | false,
): Promise<T> {
  return until(what, [vscode.languages.onDidChangeDiagnostics], () => read(findingsIn(uri)));
}

/** All our findings in the editor, one line each, in the form of `commandLineFindings`. */
export function editorFindings(): string[] {
  const lines: string[] = [];
  for (const [uri] of vscode.languages.getDiagnostics())
    for (const finding of findingsIn(uri)) {
      const { line, character } = finding.range.start;
      const file = path.relative(folder, uri.fsPath).split(path.sep).join('/');
      lines.push(`${file}:${line + 1}:${character + 1} ${ruleOf(finding)}`);
    }
  return lines.toSorted();
}

/** The findings of the command line tool on the same folder, one line each. */
export async function commandLineFindings(): Promise<string[]> {
  const tool = path.join(vscode.extensions.getExtension(extensionId)?.extensionPath ?? '', 'dist/cli.js');
  const output = await promisify(execFile)(
    process.execPath,
    [tool, 'check', '--format', 'json', '--no-cache'],
    { cwd: folder, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } },
  ).catch((error: { code?: number; stdout?: string; stderr?: string }) => {
    // Exit status 1 says that there are findings; anything else is a failure of the tool.
    if (error.code === 1) return { stdout: error.stdout ?? '' };
    throw new Error(`check ended with ${error.code}: ${error.stderr}`);
  });
  const report = JSON.parse(output.stdout) as {
    findings: { file: string; line: number; column: number; rule: string }[];
  };
  return report.findings
    .map(({ file, line, column, rule }) => `${file}:${line}:${column} ${rule}`)
    .toSorted();
}
