/** The destructive commands of a file of any kind, with what may replace them. */
import { basename } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import type { Command, CommandFacts } from '../../facts/commandsModel.ts';
import { assessCommand } from '../../facts/destructiveCommands.ts';
import type { CommandHazard, CommandReplacement } from '../../facts/destructiveCommands.ts';
import type { FileFacts } from '../../facts/model.ts';
import { isTestDatabase } from '../../facts/testDatabase.ts';
import type { FileRole } from '../../project/model.ts';
import type { WorkspaceView } from '../../workspace/view.ts';
import { commandsOfCalls } from './calls.ts';

export interface FoundHazard {
  command: Command;
  hazard: CommandHazard;
  replacement: CommandReplacement | undefined;
  /** The file is part of the tests, though nothing proves which database they use. */
  isTest: boolean;
  /** Instructions for people and agents, which run only when somebody follows them. */
  isText: boolean;
  /** Such a text that explains a tool, as skills and references do. */
  isReference: boolean;
}

/** Each destructive command once, in the order of the text. */
export function hazardsIn(
  facts: FileFacts,
  file: FileId,
  role: FileRole,
  workspace: WorkspaceView,
): FoundHazard[] {
  const out = new Map<string, FoundHazard>();
  for (const command of commandsIn(facts, file, role, workspace)) {
    const hazard = assessCommand(command);
    if (!hazard || (facts.kind === 'package' && isCalledForTestsOnly(facts.commands, command))) continue;
    const replacement = hazard.replacement && forPlace(hazard.replacement, command, facts, file);
    const key = `${hazard.span.start}:${hazard.span.end}`;
    const isText = facts.kind === 'commands' && facts.file === 'markdown';
    if (!out.has(key))
      out.set(key, {
        command,
        hazard,
        replacement,
        isTest: isTestFile(file),
        isText,
        isReference: isText && REFERENCE.test(file),
      });
  }
  return [...out.values()].toSorted((a, b) => a.hazard.span.start - b.hazard.span.start);
}

function commandsIn(
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

/** A script that other scripts of the same package call, each time with a test database. */
function isCalledForTestsOnly(facts: CommandFacts | undefined, command: Command): boolean {
  const callers =
    facts?.commands.filter((other) => other.scripts.some(({ name }) => name === command.script)) ?? [];
  return callers.length > 0 && callers.every(isTestDatabase);
}

const TEST_FILE =
  /(^|\/)(__tests__|tests?|e2e|cypress|playwright|integration)\/|[._-](test|spec|e2e)\.[\w.]+$|(^|[/._-])(test|e2e|vitest|jest|playwright|cypress)[._-]/i;

const REFERENCE = /(^|\/)(skills?|references?|docs|plugins)\//i;

function isTestFile(file: FileId): boolean {
  return TEST_FILE.test(file);
}

/** Pipelines, containers and deployment scripts have nobody to answer the questions of `migrate dev`. */
function forPlace(
  replacement: CommandReplacement,
  command: Command,
  facts: FileFacts,
  file: FileId,
): CommandReplacement {
  const isUnattended =
    (facts.kind === 'commands' && /^(github|gitlab|circleci|ci|compose|dockerfile)$/.test(facts.file)) ||
    /(deploy|release|start|entrypoint|build)/i.test(
      facts.kind === 'package' ? command.script : basename(file),
    ) ||
    command.env.some(({ name, value }) => name === 'NODE_ENV' && value === 'production');
  if (!isUnattended || replacement.text !== 'migrate dev') return replacement;
  return { ...replacement, text: 'migrate deploy', words: ['migrate', 'deploy'] };
}
