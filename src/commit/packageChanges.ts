import type { ChangedFile } from './model.ts';

/** Names and versions of all that a package.json depends on. */
function dependencies(text: string | undefined): ReadonlyMap<string, string> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text ?? '{}');
  } catch {
    // A package.json in the middle of an edit depends on nothing that can be told.
    return new Map();
  }
  const out = new Map<string, string>();
  if (typeof manifest !== 'object' || manifest === null) return out;
  for (const key of ['dependencies', 'devDependencies', 'peerDependencies'])
    for (const [name, version] of Object.entries(
      (manifest as { [key: string]: object | undefined })[key] ?? {},
    ))
      if (typeof version === 'string') out.set(name, version);
  return out;
}

/** What changes about the packages of a package.json, as predicates: `add zod`, `update next to 16.0.0`. */
export function packageChanges({ before, after }: ChangedFile): string[] {
  const old = dependencies(before);
  const now = dependencies(after);
  if (before === undefined || after === undefined) return [];
  // What others notice first: what is on another version, then what is new.
  return [
    ...[...now].flatMap(([name, version]) =>
      old.has(name) && old.get(name) !== version
        ? [`update ${name} to ${version.replace(/^[\^~]/, '')}`]
        : [],
    ),
    ...[...now.keys()].flatMap((name) => (old.has(name) ? [] : [`add ${name}`])),
    ...[...old.keys()].flatMap((name) => (now.has(name) ? [] : [`remove ${name}`])),
  ];
}
