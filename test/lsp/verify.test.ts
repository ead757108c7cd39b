/** *Verify* through the built server. The steps are those of the command line, which has their tests. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { CancellationTokenSource } from 'vscode-languageserver-protocol/node';
import { verifyRequest, verifyRowNotification, type VerifyRow } from '../../src/protocol/verify.ts';
import { createFolder, Editor, removeFolder, uriOf, writeIn } from './kit/editor.ts';

/** Server, engine and programs take seconds to start on a loaded machine. */
const patience = { timeout: 60_000 };

const editors: Editor[] = [];
const roots: string[] = [];
afterEach(async () => {
  await Promise.all(editors.splice(0).map((editor) => editor.stop()));
  for (const root of roots.splice(0)) removeFolder(root);
});

/** @param compiler the body of the script that stands in for it */
function createApp(compiler: string): string {
  const root = createFolder({
    'package.json': '{ "dependencies": { "next": "16.0.0" } }',
    'app/page.tsx': 'export default function Page() {\n  return null;\n}\n',
    'tsconfig.json': '{}',
    'node_modules/typescript/package.json': '{ "version": "9.9.9", "bin": { "tsc": "tsc.js" } }',
    'node_modules/typescript/tsc.js': compiler,
  });
  roots.push(root);
  return root;
}

async function start(root: string, trusted = true) {
  const editor = await Editor.start({ roots: [root], options: { trusted } });
  editors.push(editor);
  const rows: VerifyRow[] = [];
  const rulesTold = new Promise<void>((resolve) => {
    editor.connection.onNotification(verifyRowNotification.method, (params: unknown) => {
      const row = verifyRowNotification.params.parse(params);
      rows.push(row);
      if (row.name === 'Rules') resolve();
    });
  });
  return { editor, rows, rulesTold };
}

test(
  'one table with one verdict; each row is told as it is known, with places that open',
  patience,
  async () => {
    const root = createApp("console.log('app/page.tsx(2,3): error TS1: no'); process.exit(2);");
    const { editor, rows } = await start(root);
    const result = verifyRequest.result.parse(await editor.connection.sendRequest(verifyRequest.method, {}));
    expect(result.verdict).toBe('failed');
    expect(result.conclusion).toMatch(/^Not verified: 1 of 5 checks failed\./);
    expect(result.rows.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
      'TypeScript failed',
      'Prisma schema skipped',
      'Migrations skipped',
      'Backend Map skipped',
      'Rules passed',
    ]);
    expect(result.rows[0]?.problems).toEqual([
      {
        severity: 'error',
        rule: 'TS1',
        message: 'no',
        place: 'app/page.tsx:2:3',
        uri: uriOf(root, 'app/page.tsx'),
        position: { line: 1, character: 2 },
      },
    ]);
    expect(rows.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['TypeScript', 'Backend Map', 'Rules']),
    );
  },
);

test('it can be cancelled, which ends the compiler', patience, async () => {
  const root = createApp("require('node:fs').writeFileSync('../started', ''); setInterval(() => {}, 1000);");
  writeIn(
    root,
    'node_modules/typescript/tsc.js',
    `require('node:fs').writeFileSync(${JSON.stringify(path.join(root, 'ran'))}, String(process.pid)); setInterval(() => {}, 1000);`,
  );
  const { editor, rulesTold } = await start(root);
  const source = new CancellationTokenSource();
  const asked = editor.connection.sendRequest(verifyRequest.method, {}, source.token);
  await rulesTold;
  source.cancel();
  const result = verifyRequest.result.parse(await asked);
  expect(result.verdict).toBe('cancelled');
  expect(result.rows[0]).toMatchObject({ name: 'TypeScript', verdict: 'cancelled' });
});

test('without trust nothing is run', patience, async () => {
  const root = createApp('');
  writeIn(
    root,
    'node_modules/typescript/tsc.js',
    `require('node:fs').writeFileSync(${JSON.stringify(path.join(root, 'ran'))}, '');`,
  );
  const { editor } = await start(root, false);
  const result = verifyRequest.result.parse(await editor.connection.sendRequest(verifyRequest.method, {}));
  expect(result).toEqual({
    verdict: 'untrusted',
    conclusion: 'Nothing is run in a workspace that is not trusted.',
    rows: [],
  });
  expect(existsSync(path.join(root, 'ran'))).toBe(false);
});
