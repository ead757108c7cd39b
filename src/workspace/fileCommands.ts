/** The commands of a file of any kind, and what the file says about when they run. */
import { basename } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { Command, CommandFacts } from '../facts/commandsModel.ts';
import type { FileFacts } from '../facts/model.ts';
import { isTestDatabase } from '../facts/testDatabase.ts';
import type { FileRole } from '../project/model.ts';
import { commandsOfCalls } from './commandCalls.ts';
import type { WorkspaceView } from './view.ts';

/** Those of package scripts, shells, pipelines, containers and texts, and those that calls in TypeScript run. */
export function commandsIn(
  facts: FileFacts,
  file: FileId,
  role: FileRole,
  workspace: WorkspaceView,
): readonly Command[] {
  if (facts.kind === 'commands') return facts.commands;
  if (facts.kind === 'package') return facts.commands?.commands ?? [];
  // Client code can't run a command; its calls are somebody else's `exec`.
  return facts.kind === 'ts' && role !== 'client' ? commandsOfCalls(facts, file, workspace) : [];
}

/** Scripts that platforms, package managers and people start, whoever else calls them. */
const STARTED =
  /^(pre|post)?(build|start|dev|deploy|release|install|prepare|publish)$|^vercel-build$|^heroku-/;

/** A script that other scripts of the same package call, each time with a test database. */
export function isCalledForTestsOnly(facts: FileFacts, command: Command): boolean {
  if (facts.kind !== 'package' || STARTED.test(command.script)) return false;
  const all: CommandFacts['commands'] = facts.commands?.commands ?? [];
  const callers = all.filter((other) => other.scripts.some(({ name }) => name === command.script));
  return callers.length > 0 && callers.every(isTestDatabase);
}

const TEST_FILE =
  /(^|\/)(__tests__|tests?|e2e|cypress|playwright|integration)\/|[._-](test|spec|e2e)\.[\w.]+$|(^|[/._-])(test|e2e|vitest|jest|playwright|cypress)[._-]/i;

/** A part of the tests, though nothing proves which database they use. */
export function isTestFile(file: FileId): boolean {
  return TEST_FILE.test(file);
}

/** Instructions for people and agents, which run only when somebody follows them. */
export function isText(facts: FileFacts): boolean {
  return facts.kind === 'commands' && facts.file === 'markdown';
}

const REFERENCE = /(^|\/)(skills?|references?|docs|plugins)\//i;

/** Such a text that explains a tool, as skills and references do. */
export function isReference(facts: FileFacts, file: FileId): boolean {
  return isText(facts) && REFERENCE.test(file);
}

/** Pipelines, containers and deployment scripts have nobody to answer a question. */
export function isUnattended(command: Command, facts: FileFacts, file: FileId): boolean {
  return (
    (facts.kind === 'commands' && /^(github|gitlab|circleci|ci|compose|dockerfile)$/.test(facts.file)) ||
    /^(fly|netlify|nixpacks|railpack|railway|vercel|wrangler)\b/.test(basename(file)) ||
    /(deploy|release|start|entrypoint|build)/i.test(
      facts.kind === 'package' ? command.script : basename(file),
    ) ||
    command.env.some(({ name, value }) => name === 'NODE_ENV' && value === 'production')
  );
}
