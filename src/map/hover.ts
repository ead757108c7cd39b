/** What is known about the symbol under the pointer, with evidence, as Markdown. */
import type { FileId } from '../base/path.ts';
import { spanOf } from '../facts/model.ts';
import { guardOf } from '../workspace/guardState.ts';
import type { Workspace } from '../workspace/workspace.ts';

export interface Hover {
  /** UTF-16 offsets of what the text is about. */
  start: number;
  end: number;
  markdown: string;
}

/** The hover at an offset (UTF-16) of a file, or nothing where nothing is known. */
export function hoverAt(workspace: Workspace, file: FileId, offset: number): Hover | undefined {
  const facts = workspace.facts(file);
  if (facts?.kind !== 'ts') return undefined;
  for (const entry of workspace.entries(file)) {
    const { start, end } = spanOf(facts, entry.at);
    if (offset < start || offset > end) continue;
    const guard = guardOf(workspace, file, entry);
    return { start, end, markdown: `**${guard.state}**: ${guard.reason}` };
  }
  return undefined;
}
