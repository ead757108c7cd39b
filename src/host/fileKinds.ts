/** Which files of a workspace are looked at, by name alone. */
import type { FileId } from '../base/path.ts';

/** Folders that hold other people's code or build output, at any depth. */
export const excludedFolders: ReadonlySet<string> = new Set([
  'node_modules',
  '.next',
  '.git',
  'dist',
  'out',
  'build',
  'coverage',
  '.turbo',
]);

const extensions = new Set(
  'ts tsx js jsx mjs cjs mts cts prisma sql yaml yml sh bash zsh ksh'.split(' ').map((name) => `.${name}`),
);

const names = new Set([
  'package.json',
  'Makefile',
  'justfile',
  'backend-specialist.config.json',
  'AGENTS.md',
  'CLAUDE.md',
  'GEMINI.md',
  'SKILL.md',
  'CONVENTIONS.md',
  'AGENTS.local.md',
  'CLAUDE.local.md',
  '.cursorrules',
  '.windsurfrules',
  '.clinerules',
  'Containerfile',
  '.justfile',
  'Procfile',
  'GNUmakefile',
  'makefile',
  'Justfile',
  'vercel.json',
  'railway.json',
  'nixpacks.json',
  'railpack.json',
  'project.json',
  'nx.json',
  'devcontainer.json',
  '.devcontainer.json',
  'netlify.toml',
  'railway.toml',
  'nixpacks.toml',
  'wrangler.toml',
  'lefthook.toml',
  '.lefthook.toml',
  'mcp.json',
  '.mcp.json',
]);

/** Lock files are YAML by name and megabytes of nothing. */
const excludedNames = new Set(['pnpm-lock.yaml', 'pnpm-lock.yml']);

const patterns = [
  /^(tsconfig|jsconfig)([.-].*)?\.json$/,
  /^Dockerfile/,
  /\.Dockerfile$/i,
  /^\.env/,
  /\.(mk|just)$/,
  /^(fly|\.?mise)(\.[\w-]+)?\.toml$/,
  /^backend-map\.md$/,
];

/** Files that hold commands, known by their folder. */
const places = [
  /(^|\/)\.vscode\/(tasks|launch)\.json$/,
  /(^|\/)\.claude\/settings(\.local)?\.json$/,
  /(^|\/)\.(claude|cursor|agents|codex|windsurf)\/.*\.mdc?$/,
  /(^|\/)\.github\/(copilot-instructions\.md|(instructions|prompts|chatmodes)\/.*\.md)$/,
  /(^|\/)\.(husky|githooks)\/[\w-]+$/,
  /(^|\/)(\.?mise|\.codex)\/config\.toml$/,
];

/**
 * The same as one glob, for editors' file watchers; `isAnalysed` decides in the end.
 * Kept free of lookaheads and negation, which watchers do not know.
 */
export const watchGlob =
  '**/{*.{ts,tsx,js,jsx,mjs,cjs,mts,cts,prisma,sql,yaml,yml,sh,bash,zsh,ksh,mk,just,toml},package.json,tsconfig*.json,jsconfig*.json,' +
  'Dockerfile*,*.Dockerfile,Containerfile,Makefile,makefile,GNUmakefile,justfile,Justfile,.justfile,Procfile,.cursorrules,.windsurfrules,.clinerules,.env*,backend-specialist.config.json,' +
  'vercel.json,railway.json,nixpacks.json,railpack.json,project.json,nx.json,devcontainer.json,.devcontainer.json,tasks.json,launch.json,settings.json,settings.local.json,mcp.json,.mcp.json,*.md,*.mdc,.gitignore}';

/** Whether the name is of a kind the engine reads and no folder above it is excluded. */
export function isAnalysed(file: FileId): boolean {
  const pieces = file.split('/');
  // A path always has a last piece, if only an empty one.
  const name = pieces.pop() ?? '';
  if (pieces.some((folder) => excludedFolders.has(folder)) || excludedNames.has(name)) return false;
  const dot = name.lastIndexOf('.');
  return (
    (dot > 0 && extensions.has(name.slice(dot))) ||
    names.has(name) ||
    patterns.some((pattern) => pattern.test(name)) ||
    places.some((pattern) => pattern.test(file))
  );
}
