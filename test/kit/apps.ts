/** The sample apps, as an engine sees them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { blankExpectations, listFiles, readExpectations } from '../apps/expectations.mjs';
import { appDir, type AppName } from '../apps/install.mjs';
import { openFiles, type Fixture } from './check.ts';
import type { Files } from './fixture.ts';

/** The texts of a sample app, its expectation comments replaced by empty lines. */
export function appFiles(name: AppName): Files {
  const dir = appDir(name);
  const files = listFiles(dir).filter((file) => path.posix.basename(file) !== 'expectations.json');
  return Object.fromEntries(
    files.map((file) => [file, blankExpectations(readFileSync(path.join(dir, file), 'utf8'))]),
  );
}

/** Files that are in the base branch of an app under work: all but the migrations after the first, and those whose name says that they are merged. */
export function committedOf(files: Files): string[] {
  return Object.keys(files).filter((file) => !/(^|\/)migrations\/(?!\d+_(init|\w+_merged)\/).+\//.test(file));
}

/** A sample app, indexed, with what its comments expect. */
export async function openApp(name: AppName): Promise<Fixture> {
  const files = appFiles(name);
  const engine = await openFiles(files, { committed: committedOf(files) });
  return { engine, own: new Set(Object.keys(files)), expectations: readExpectations(appDir(name)) };
}
