/** The grammars are WebAssembly files that must be found from a bundle too, as `esbuild.mjs` makes it: beside the bundle. */
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';

const require = createRequire(import.meta.url);

test('both grammars load from a CommonJS bundle in a folder of its own', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'facts bundle '));
  try {
    const facts = path.resolve(import.meta.dirname, '../../src/facts');
    await build({
      stdin: {
        contents: `import { loadSqlParser, extractSql } from './sql.ts';
          import { loadShellParser, parseCommandLine } from './commands.ts';
          void Promise.all([loadSqlParser(), loadShellParser()]).then(() =>
            console.log(extractSql('DROP TABLE x').statements[0].kind, parseCommandLine('npx prisma')[0].effective[0].value));`,
        resolveDir: facts,
        loader: 'ts',
      },
      outfile: path.join(folder, 'engine.js'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      mainFields: ['module', 'main'],
      define: { 'import.meta.url': '__importMetaUrl' },
      banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    });
    for (const file of [
      path.join(path.dirname(require.resolve('libpg-query')), 'libpg-query.wasm'),
      require.resolve('web-tree-sitter/web-tree-sitter.wasm'),
      require.resolve('@vscode/tree-sitter-wasm/wasm/tree-sitter-bash.wasm'),
    ])
      copyFileSync(file, path.join(folder, path.basename(file)));
    const output = execFileSync(process.execPath, [path.join(folder, 'engine.js')], {
      encoding: 'utf8',
      cwd: folder,
    });
    expect(output.trim()).toBe('drop prisma');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
