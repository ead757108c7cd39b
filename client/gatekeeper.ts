/**
 * Decides whether a folder is worth a language server: it must hold a Next.js app and a Prisma schema. Looks at a few
 * exact files only, so that a workspace that is none of our business pays for nothing.
 */

/** The two things the gatekeeper does to a disk; paths are relative to the folder, with `/`. */
export interface FolderReader {
  /** Text of a file, or undefined when it is not there. */
  readText(path: string): Promise<string | undefined>;
  /** Names of the folders in a folder, or none when it is not there. */
  listFolders(path: string): Promise<readonly string[]>;
  exists(path: string): Promise<boolean>;
}

const prismaPlaces = ['prisma/schema.prisma', 'prisma/schema', 'schema.prisma', 'prisma.config.ts'];

/** A workspace with more packages than this is read only in part: the gate must stay cheap. */
const maxPackages = 200;

interface Manifest {
  dependencies: ReadonlySet<string>;
  workspaces: readonly string[];
}

/**
 * Whether a folder holds a Next.js app and a Prisma schema, at its top or in one of its packages.
 * @param reader reads below the folder; errors of the disk are its own to turn into "not there"
 */
export async function isNextPrismaFolder(reader: FolderReader): Promise<boolean> {
  const found = { next: false, prisma: false };
  await inspect(reader, '', found);
  for (const folder of await packageFolders(reader)) {
    if (found.next && found.prisma) return true;
    await inspect(reader, `${folder}/`, found);
  }
  return found.next && found.prisma;
}

async function inspect(
  reader: FolderReader,
  prefix: string,
  found: { next: boolean; prisma: boolean },
): Promise<void> {
  const { dependencies } = parseManifest(await reader.readText(`${prefix}package.json`));
  if (dependencies.has('next')) found.next = true;
  if (dependencies.has('prisma') || dependencies.has('@prisma/client')) found.prisma = true;
  for (const place of prismaPlaces) {
    if (found.prisma) return;
    if (await reader.exists(`${prefix}${place}`)) found.prisma = true;
  }
}

/** Folders of the packages of a monorepo; of the direct children where the folder is no package itself. */
async function packageFolders(reader: FolderReader): Promise<readonly string[]> {
  const text = await reader.readText('package.json');
  const patterns = new Set([
    'apps/*',
    'packages/*',
    ...parseManifest(text).workspaces,
    ...parsePnpmPackages(await reader.readText('pnpm-workspace.yaml')),
    ...(text === undefined ? ['*'] : []),
  ]);
  const folders = new Set<string>();
  for (const pattern of patterns) {
    const clean = pattern.replace(/^\.\//, '').replace(/\/$/, '');
    // Of the globs, only the one-level star is followed: a deeper search is what the gate must not do.
    const parent = /^(?:(.+)\/)?\*{1,2}$/.exec(clean);
    if (parent) {
      const base = parent[1] ?? '';
      if (base.includes('*')) continue;
      for (const name of await reader.listFolders(base))
        if (name !== 'node_modules' && !name.startsWith('.')) folders.add(base ? `${base}/${name}` : name);
    } else if (!/[*?{!]/.test(clean)) {
      folders.add(clean);
    }
  }
  return [...folders].slice(0, maxPackages);
}

function parseManifest(text: string | undefined): Manifest {
  const manifest = parseJson(text);
  const names = ['dependencies', 'devDependencies', 'peerDependencies'].flatMap((key) =>
    Object.keys(asRecord(manifest[key])),
  );
  const declared = manifest['workspaces'];
  const workspaces = Array.isArray(declared) ? declared : asRecord(declared)['packages'];
  return {
    dependencies: new Set(names),
    workspaces: Array.isArray(workspaces) ? workspaces.filter((item) => typeof item === 'string') : [],
  };
}

/** A manifest that someone is typing in may be broken for a moment: then it says nothing. */
function parseJson(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    return asRecord(JSON.parse(text));
  } catch {
    return {};
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** The `packages` list of a pnpm-workspace.yaml: always a plain block list, so no YAML parser is loaded for it. */
function parsePnpmPackages(text: string | undefined): readonly string[] {
  const block = /^packages:\s*\n((?:[ \t]*(?:-.*|#.*)?\n?)*)/m.exec(text ?? '')?.[1] ?? '';
  return [...block.matchAll(/^\s*-\s*["']?([^"'#\n]+?)["']?\s*(?:#.*)?$/gm)].map((match) => match[1] ?? '');
}
