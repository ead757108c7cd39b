// Copies of the sample apps to open in an editor. Uses nothing but Node and git: the demo runs before any install.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
