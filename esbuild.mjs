// Builds dist/. The engine, which carries TypeScript, is bundled once; server and command line load it from beside them.
//   node esbuild.mjs [--metafile] [--watch] [--no-sourcemap]
import { build, context } from 'esbuild';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = import.meta.dirname;
const dist = path.join(root, 'dist');
const require = createRequire(import.meta.url);

/** The name of each bundle in dist/ and the module it starts from. */
const entries = {
  engine: 'src/engine.ts',
  server: 'server/main.ts',
  cli: 'src/cli/main.ts',
  mcp: 'src/mcp/main.ts',
  tools: 'src/mcp/tools.ts',
  client: 'client/extension.ts',
};

/** WebAssembly that the libraries in the bundles look for beside the file they run from. */
const assets = [
  path.join(path.dirname(require.resolve('libpg-query')), 'libpg-query.wasm'),
  require.resolve('web-tree-sitter/web-tree-sitter.wasm'),
  require.resolve('@vscode/tree-sitter-wasm/wasm/tree-sitter-bash.wasm'),
];

/**
 * The process of the embedded PostgreSQL, in a folder of its own: it may read that folder and nothing else. ES modules, since PGlite
 * and its files find one another by `import.meta.url`.
 */
const postgres = { main: 'src/postgres/main.ts', watchdog: 'src/postgres/watchdog.ts' };
const pglite = path.dirname(require.resolve('@electric-sql/pglite'));
const postgresAssets = [
  ...['pglite.wasm', 'pglite.data', 'initdb.wasm'].map((file) => path.join(pglite, file)),
  ...JSON.parse(readFileSync(path.join(root, 'src/postgres/extensions.json'), 'utf8')).map((name) =>
    path.join(pglite, `${name}.tar.gz`),
  ),
  path.join(path.dirname(require.resolve('@prisma/schema-engine-wasm')), 'schema_engine_bg.wasm'),
];

/** An entry that another entry imports stays a file of its own, so that its code and its state exist once. */
const sharedEntries = {
  name: 'shared-entries',
  setup(bundle) {
    const outputs = new Map(
      Object.entries(entries).map(([name, file]) => [path.join(root, file), `./${name}.js`]),
    );
    bundle.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path: specifier, resolveDir, kind }) => {
      if (kind === 'entry-point') return undefined;
      const output = outputs.get(path.resolve(resolveDir, specifier));
      return output ? { path: output, external: true } : undefined;
    });
  },
};

/** zod carries its messages in fifty languages, a third of the server's bundle; ours are in English. */
const englishOnly = {
  name: 'english-only',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path: file }) => ({
      contents: "export { default as en } from './en.js';",
      resolveDir: path.dirname(file),
    }));
  },
};

/** ts-morph carries the declarations of every JavaScript library, 5 MB, for type checking; nothing here checks types. */
const noLibraryDeclarations = {
  name: 'no-library-declarations',
  setup(bundle) {
    bundle.onLoad(
      { filter: /[\\/]@ts-morph[\\/]common[\\/]dist[\\/]ts-morph-common\.js$/ },
      ({ path: file }) => {
        const text = readFileSync(file, 'utf8');
        const contents = text.replace(/^const libFiles = \[\{$[\s\S]*?^ {4}\}\];$/m, 'const libFiles = [];');
        if (contents === text)
          throw new Error(`${file} has changed its form: its library declarations are not found`);
        return { contents, loader: 'js' };
      },
    );
  },
};

/** What stands at the top of a bundle: the compile cache where Node has it, and the URL that CommonJS lacks. */
function banner(name) {
  const lines = [];
  const isProgram = name === 'server' || name === 'cli';
  if (name === 'cli' && !readFileSync(path.join(root, entries.cli), 'utf8').startsWith('#!'))
    lines.push('#!/usr/bin/env node');
  if (isProgram) lines.push("require('node:module').enableCompileCache?.();");
  lines.push("const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;");
  return lines.join('\n');
}

/** What the process of the embedded PostgreSQL runs. @returns {import('esbuild').BuildOptions} */
function postgresOptions() {
  return {
    entryPoints: Object.entries(postgres).map(([out, file]) => ({ in: path.join(root, file), out })),
    outdir: path.join(dist, 'postgres'),
    outExtension: { '.js': '.mjs' },
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // CommonJS among the libraries asks for Node's own modules.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    minify: true,
    metafile: true,
    logLevel: 'warning',
    plugins: [englishOnly],
  };
}

/** The page of the graph view, which runs in a browser's frame. @returns {import('esbuild').BuildOptions} */
function webviewOptions() {
  return {
    entryPoints: {
      graph: path.join(root, 'client/webview/main.ts'),
      'graph-style': path.join(root, 'client/webview/graph.css'),
    },
    outdir: dist,
    absWorkingDir: root,
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'chrome128',
    // What is not Latin 1 is escaped, as in the other bundles.
    charset: 'ascii',
    minify: true,
    metafile: true,
    logLevel: 'warning',
    plugins: [englishOnly],
  };
}

/** @returns {import('esbuild').BuildOptions} */
function optionsFor(name) {
  return {
    entryPoints: { [name]: path.join(root, entries[name]) },
    outdir: dist,
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    // The extension host of VS Code requires its extensions, and `vscode` can only be required.
    format: 'cjs',
    target: name === 'client' ? 'node22' : 'node20',
    external: ['vscode'],
    // jsonc-parser and others have a UMD main that cannot be bundled, but a proper ES module.
    mainFields: ['module', 'main'],
    define: { 'import.meta.url': '__importMetaUrl' },
    banner: { js: banner(name) },
    minify: true,
    // Everything in dist/ is packed, and maps are four times as large as what they map.
    sourcemap: process.argv.includes('--no-sourcemap') ? false : 'external',
    metafile: true,
    logLevel: 'warning',
    plugins: [sharedEntries, englishOnly, noLibraryDeclarations],
  };
}

/** One character beyond Latin 1, which only regular expressions still hold, makes Node keep the text in twice the memory. */
function escapeNonAscii(file) {
  const text = readFileSync(file, 'utf8');
  const escaped = text.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  if (escaped !== text) writeFileSync(file, escaped);
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
writeFileSync(path.join(dist, 'package.json'), '{ "type": "commonjs" }\n');
for (const file of assets) copyFileSync(file, path.join(dist, path.basename(file)));
mkdirSync(path.join(dist, 'postgres'));
for (const file of postgresAssets) copyFileSync(file, path.join(dist, 'postgres', path.basename(file)));

const names = Object.keys(entries);
if (process.argv.includes('--watch')) {
  for (const options of [...names.map(optionsFor), postgresOptions(), webviewOptions()])
    await (await context({ ...options, minify: false })).watch();
} else {
  for (const options of [postgresOptions(), webviewOptions()]) {
    const { metafile: own } = await build(options);
    for (const [file, { bytes }] of Object.entries(own.outputs))
      console.log(`${file}  ${(bytes / 1024).toFixed(0)} KB`);
  }
  const results = await Promise.allSettled(names.map((name) => build(optionsFor(name))));
  for (const [index, result] of results.entries()) {
    if (result.status === 'rejected') {
      // What is wrong in the code esbuild has said already; the rest is news.
      if (!Array.isArray(result.reason?.errors)) throw result.reason;
      process.exitCode = 1;
      continue;
    }
    const name = names[index];
    const { metafile } = result.value;
    escapeNonAscii(path.join(dist, `${name}.js`));
    console.log(`dist/${name}.js  ${(metafile.outputs[`dist/${name}.js`].bytes / 1024).toFixed(0)} KB`);
    if (process.argv.includes('--metafile')) {
      mkdirSync(path.join(root, 'out/meta'), { recursive: true });
      writeFileSync(path.join(root, `out/meta/${name}.json`), JSON.stringify(metafile));
    }
  }
}
