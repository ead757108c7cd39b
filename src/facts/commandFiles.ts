/** Which files hold commands, told by their names. */
import { basename } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { CommandFileKind } from './commandsModel.ts';

const rules: [RegExp, CommandFileKind][] = [
  [/(^|\/)package\.json$/, 'package-json'],
  [/(^|\/)\.github\/(workflows\/[^/]+|(.*\/)?action)\.ya?ml$/, 'github'],
  [/(^|\/)action\.ya?ml$/, 'github'],
  [/(^|\/)\.gitlab-ci\.ya?ml$|(^|\/)\.gitlab\/.*\.ya?ml$/, 'gitlab'],
  [/(^|\/)\.circleci\/[^/]+\.ya?ml$/, 'circleci'],
  [
    /(^|\/)(azure-pipelines|bitbucket-pipelines|\.drone|render|buildspec|cloudbuild|\.travis|lefthook|Taskfile|app|amplify)\.ya?ml$/,
    'ci',
  ],
  [/(^|\/)\.(buildkite|woodpecker)\/.*\.ya?ml$/, 'ci'],
  [/(^|\/)(docker-)?compose([.-][\w.-]+)?\.ya?ml$/, 'compose'],
  [/(^|\/)(Dockerfile|Containerfile)([.-][\w.-]+)?$|\.dockerfile$/i, 'dockerfile'],
  [/(^|\/)(GNUmakefile|[Mm]akefile)$|\.mk$/, 'makefile'],
  [/(^|\/)\.?[Jj]ustfile$|\.just$/, 'justfile'],
  [/(^|\/)\.vscode\/(tasks|launch|mcp)\.json$|(^|\/)\.?mcp\.json$|(^|\/)\.cursor\/mcp\.json$/, 'json-tasks'],
  [
    /(^|\/)(vercel|railway|nixpacks|railpack|project|nx)\.json$|(^|\/)\.claude\/settings(\.local)?\.json$/,
    'json-tasks',
  ],
  [/(^|\/)\.?devcontainer\.json$/, 'json-tasks'],
  [/(^|\/)((fly|\.?mise)(\.[\w-]+)?|netlify|railway|nixpacks|wrangler|\.?lefthook)\.toml$/, 'toml'],
  [/(^|\/)\.?mise\/config\.toml$|(^|\/)\.codex\/config\.toml$/, 'toml'],
  [
    /(^|\/)(AGENTS|CLAUDE|GEMINI|SKILL|CONVENTIONS)(\.local)?\.md$|(^|\/)\.github\/(copilot-instructions\.md|(instructions|prompts|chatmodes)\/.*\.md)$/i,
    'markdown',
  ],
  [
    /(^|\/)\.(claude|cursor|agents|codex|windsurf)\/.*\.mdc?$|(^|\/)\.(cursor|windsurf|cline)rules$/,
    'markdown',
  ],
  [/(^|\/)Procfile$/, 'procfile'],
  [/\.(sh|bash|zsh|ksh)$|(^|\/)\.husky\/[\w-]+$|(^|\/)\.githooks\/[\w-]+$/, 'shell'],
];

/** The kind of a file with commands, or `undefined` for every other file. */
export function classifyCommandFile(path: FileId): CommandFileKind | undefined {
  if (basename(path) === '') return undefined;
  return rules.find(([pattern]) => pattern.test(path))?.[1];
}
