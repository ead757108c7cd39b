// Copies of the sample apps to open in an editor. Uses nothing but Node and git: the demo runs before any install.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { blankExpectations, listFiles } from '../../apps/expectations.mjs';
import { root } from './paths.mjs';

/** Drops the comments that say what a test expects: a person's code has none. */
function withoutExpectations(text) {
  const blanked = blankExpectations(text).split('\n');
  return text
    .split('\n')
    .filter((line, index) => line === blanked[index])
    .join('\n');
}

/**
 * Copies a sample app into a repository of its own, as it looks in a branch under work: the migrations after the first
 * are new, all else is committed.
 * @param {string} name folder below test/apps
 * @param {string} folder absolute; what is in it is removed first
 */
export function copyApp(name, folder) {
  const app = path.join(root, 'test/apps', name);
  const files = listFiles(app).filter((file) => path.posix.basename(file) !== 'expectations.json');
  rmSync(folder, { recursive: true, force: true });
  for (const file of files) {
    const target = path.join(folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, withoutExpectations(readFileSync(path.join(app, file), 'utf8')));
  }
  const committed = files.filter((file) => !/(^|\/)migrations\/(?!\d+_(init|\w+_merged)\/).+\//.test(file));
  const git = (args, input) => execFileSync('git', args, { cwd: folder, input });
  git(['init', '-q', '-b', 'main']);
  git(['add', '--pathspec-from-file=-'], committed.map((file) => `:(literal)${file}`).join('\n'));
  const author = [
    '-c',
    'user.name=Sample',
    '-c',
    'user.email=sample@example.com',
    '-c',
    'commit.gpgsign=false',
  ];
  git([...author, 'commit', '-q', '-m', 'chore: begin']);
}

/** What a Prisma that is not there would do: the migration has the call in it, and a step that destroys something; no database answers. */
const prisma = `#!/usr/bin/env node
const { mkdirSync, writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
if (args[0] === 'validate') {
  console.log('The schema at prisma/schema.prisma is valid');
  process.exit(0);
}
if (args[1] === 'status') {
  console.error("Error: P1001: Can't reach database server at \`db.example:5432\`");
  process.exit(1);
}
const folder = 'prisma/migrations/20990101000000_' + args[args.indexOf('--name') + 1];
mkdirSync(folder, { recursive: true });
writeFileSync(folder + '/migration.sql', '-- ' + args.join(' ') + '\\nALTER TABLE "Order" DROP COLUMN "note";\\n');
`;

/**
 * Installs a stand-in for Prisma's command, where npm would put it.
 * @param {string} folder absolute, of a copied app
 */
export function installPrisma(folder) {
  const modules = path.join(folder, 'node_modules');
  mkdirSync(path.join(modules, 'prisma'), { recursive: true });
  mkdirSync(path.join(modules, '.bin'), { recursive: true });
  const manifest = { name: 'prisma', version: '7.10.0', bin: { prisma: 'cli.js' } };
  writeFileSync(path.join(modules, 'prisma/package.json'), JSON.stringify(manifest));
  for (const file of ['prisma/cli.js', '.bin/prisma']) {
    writeFileSync(path.join(modules, file), prisma);
    chmodSync(path.join(modules, file), 0o755);
  }
  if (process.platform === 'win32')
    writeFileSync(path.join(modules, '.bin/prisma.cmd'), '@node "%~dp0\\prisma" %*\r\n');
}

/**
 * Makes the compiler of this repository the one that a copied app has installed.
 * @param {string} folder absolute, of a copied app
 */
export function installTypescript(folder) {
  const target = path.join(folder, 'node_modules/typescript');
  mkdirSync(path.dirname(target), { recursive: true });
  symlinkSync(path.join(root, 'node_modules/typescript'), target, 'junction');
}
