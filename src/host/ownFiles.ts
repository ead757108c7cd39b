/** Files that come with this program: rule pages and the manifest. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds our package.json: one above `dist` when built, two above this file in the sources. */
function packageRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'docs')) || !existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) return path.dirname(path.dirname(fileURLToPath(import.meta.url)));
    folder = parent;
  }
  return folder;
}

function readOwn(...pieces: string[]): string | undefined {
  try {
    return readFileSync(path.join(packageRoot(), ...pieces), 'utf8');
  } catch {
    // An incomplete installation: callers have something shorter to show.
    return undefined;
  }
}

/** Our version, as in package.json. */
export function ownVersion(): string {
  const manifest: unknown = JSON.parse(readOwn('package.json') ?? '{}');
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest && manifest.version;
  return typeof version === 'string' ? version : '0.0.0';
}

/** What tells this build of the program from others; `undefined` when it runs from its sources, which may change under it. */
export function programStamp(): string | undefined {
  const engine = path.join(path.dirname(fileURLToPath(import.meta.url)), 'engine.js');
  const stat = statSync(engine, { throwIfNoEntry: false });
  return stat && `${ownVersion()} ${stat.size} ${stat.mtimeMs}`;
}

/**
 * The page of a rule, in Markdown.
 * @param id such as `require-pagination`; anything that is not a rule's name has no page
 */
export function rulePage(id: string): string | undefined {
  return /^[a-z][a-z0-9-]*$/.test(id) ? readOwn('docs', 'rules', `${id}.md`) : undefined;
}

/** Where the same page stands on the web. */
export function ruleDocsUrl(id: string): string {
  return `https://github.com/backend-specialist/backend-specialist/blob/main/docs/rules/${id}.md`;
}
