/** One engine, two front ends: the built server and the built command line say the same of the same folder. */
import { DiagnosticSeverity, type Diagnostic } from 'vscode-languageserver-protocol';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { appNames } from '../apps/install.mjs';
import { createWorkspace, git, run, writeIn } from '../cli/run.ts';
import { appFiles, committedOf } from '../kit/apps.ts';
import { Editor, uriOf } from './kit/editor.ts';

const editors: Editor[] = [];
afterEach(async () => {
  await Promise.all(editors.splice(0).map((editor) => editor.stop()));
});

const severities: { [severity in DiagnosticSeverity]: string } = {
  [DiagnosticSeverity.Error]: 'error',
  [DiagnosticSeverity.Warning]: 'warning',
  [DiagnosticSeverity.Information]: 'info',
  [DiagnosticSeverity.Hint]: 'hint',
};

interface CliFinding {
  rule: string;
  severity: string;
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  message: string;
  related: unknown[];
}

interface Report {
  items: { uri: string; items: Diagnostic[] }[];
}

const row = (finding: CliFinding): string =>
  [
    `${finding.file}:${finding.line}:${finding.column}-${finding.endLine}:${finding.endColumn}`,
    finding.severity,
    finding.rule,
    finding.message,
    `related: ${finding.related.length}`,
  ].join(' ');

/** What the editor would show, in the form of the command line. */
function rowsOf(root: string, { items }: Report): string[] {
  return items
    .flatMap(({ uri, items: diagnostics }) =>
      diagnostics.map(({ code, severity, range, message, relatedInformation }) =>
        row({
          rule: String(code),
          severity: severities[severity ?? DiagnosticSeverity.Error],
          file: path.relative(root, fileURLToPath(uri)).split(path.sep).join('/'),
          line: range.start.line + 1,
          column: range.start.character + 1,
          endLine: range.end.line + 1,
          endColumn: range.end.character + 1,
          message: typeof message === 'string' ? message : message.value,
          related: relatedInformation ?? [],
        }),
      ),
    )
    .toSorted();
}

test.each([...appNames])('%s', async (name) => {
  const files = appFiles(name);
  const root = createWorkspace({});
  const committed = new Set(committedOf(files));
  // A branch under work: what is not in the first commit is new.
  for (const file of committed) writeIn(root, file, files[file] ?? '');
  git(root, 'init', '-q');
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', 'chore: begin');
  for (const [file, text] of Object.entries(files)) if (!committed.has(file)) writeIn(root, file, text);

  const { code, stdout } = await run(root, ['check', '--format', 'json']);
  const { findings } = JSON.parse(stdout) as { findings: CliFinding[] };
  expect(code).toBe(findings.some(({ severity }) => severity === 'error') ? 1 : 0);

  const editor = await Editor.start({ roots: [root] });
  editors.push(editor);
  await editor.quiescent();
  // Where nothing is found the answer would be held until there is news: that a file is gone is some.
  const report = await editor.connection.sendRequest<Report>('workspace/diagnostic', {
    previousResultIds: [{ uri: uriOf(root, 'gone.ts'), value: 'from-an-earlier-run' }],
  });
  expect(rowsOf(root, report)).toEqual(findings.map(row).toSorted());
  expect(findings.length > 0).toBe(name !== 'shop');
});
