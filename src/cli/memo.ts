/** What a command said of a whole workspace, kept until anything that it was made from changes. */
import { createHash } from 'node:crypto';
import type { FileId } from '../base/path.ts';
import { programStamp, readKept, writeKept } from '../host/node.ts';
import type { ExitCode } from './exitCodes.ts';
import { openSession, readInputs, type Session } from './session.ts';

/** How a command ends. */
export interface Said {
  out: string;
  errors: string;
  code: ExitCode;
  /** It has changed the workspace: said again it would be wrong. */
  hasWritten?: boolean;
}

/** One line of JSON, so that a file that was cut short is no JSON at all. */
interface Kept extends Pick<Said, 'out' | 'code'> {
  /** Program, place, the list of files, and what git has of migrations and schemas. */
  key: string;
  /** Hash of each text that was read; null where there was none. */
  reads: { [file: FileId]: string | null };
}

const hashOf = (text: string): string => createHash('sha1').update(text).digest('base64');

/**
 * Runs a command over a workspace, or says again what it said when no file, nothing in git's base and not the program itself has
 * changed since. Nothing is read but the files it had read, so the compiler is not even loaded.
 * @param name of the command with its options, fit for a file's name
 */
export async function sayOnce(
  root: string,
  name: string,
  cache: boolean,
  work: (session: Session) => Said,
): Promise<Said> {
  const stamp = cache ? programStamp() : undefined;
  const inputs = await readInputs(root);
  if (stamp === undefined) return work(await openSession(root, { cache, overrides: {} }, inputs));
  const { host, tree, committed } = inputs;
  const key = hashOf(JSON.stringify([stamp, root, tree, committed && [...committed]]));
  const kept = parseKept(await readKept(root, `${name}.json`));
  const isSame = (file: FileId, hash: string | null): boolean => {
    const text = host.read(file);
    return (text === undefined ? null : hashOf(text)) === hash;
  };
  if (kept?.key === key && Object.entries(kept.reads).every(([file, hash]) => isSame(file, hash)))
    return { out: kept.out, errors: '', code: kept.code };
  const reads: Kept['reads'] = {};
  const recording = {
    ...host,
    read: (file: FileId): string | undefined => {
      const text = host.read(file);
      reads[file] = text === undefined ? null : hashOf(text);
      return text;
    },
  };
  const session = await openSession(root, { cache, overrides: {} }, { ...inputs, host: recording });
  const said = await work(session);
  if (!said.hasWritten && said.errors === '' && session.crashes().size === 0)
    await writeKept(
      root,
      `${name}.json`,
      JSON.stringify({ key, reads, out: said.out, code: said.code } satisfies Kept),
    );
  return said;
}

function parseKept(text: string | undefined): Kept | undefined {
  if (text === undefined) return undefined;
  try {
    const kept = JSON.parse(text) as Partial<Kept> | null;
    return typeof kept?.key === 'string' &&
      typeof kept.out === 'string' &&
      (kept.code === 0 || kept.code === 1) &&
      typeof kept.reads === 'object' &&
      kept.reads !== null
      ? { key: kept.key, out: kept.out, code: kept.code, reads: kept.reads }
      : undefined;
  } catch {
    // Cut short or somebody else's: it is made anew.
    return undefined;
  }
}
