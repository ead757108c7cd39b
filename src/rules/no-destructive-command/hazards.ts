/** The destructive commands of a file of any kind, with what may replace them. */
import type { FileId } from '../../base/path.ts';
import type { Command } from '../../facts/commandsModel.ts';
import { assessCommand } from '../../facts/destructiveCommands.ts';
import type { CommandHazard, CommandReplacement } from '../../facts/destructiveCommands.ts';
import type { FileFacts } from '../../facts/model.ts';
import type { FileRole } from '../../project/model.ts';
import {
  commandsIn,
  isCalledForTestsOnly,
  isReference,
  isTestFile,
  isText,
  isUnattended,
} from '../../workspace/fileCommands.ts';
import type { WorkspaceView } from '../../workspace/view.ts';

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
    if (!hazard || isCalledForTestsOnly(facts, command)) continue;
    const replacement = hazard.replacement && forPlace(hazard.replacement, command, facts, file);
    const key = `${hazard.span.start}:${hazard.span.end}`;
    if (!out.has(key))
      out.set(key, {
        command,
        hazard,
        replacement,
        isTest: isTestFile(file),
        isText: isText(facts),
        isReference: isReference(facts, file),
      });
  }
  return [...out.values()].toSorted((a, b) => a.hazard.span.start - b.hazard.span.start);
}

/** `migrate deploy` asks nothing. */
function forPlace(
  replacement: CommandReplacement,
  command: Command,
  facts: FileFacts,
  file: FileId,
): CommandReplacement {
  if (replacement.text !== 'migrate dev' || !isUnattended(command, facts, file)) return replacement;
  return { ...replacement, text: 'migrate deploy', words: ['migrate', 'deploy'] };
}
