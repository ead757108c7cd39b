/** Changes that are offered without a finding, wherever code allows them. */
import type { FileId } from '../base/path.ts';
import type { Span } from '../base/span.ts';
import { spanOf } from '../facts/model.ts';
import type { WorkspaceView } from '../workspace/view.ts';
import { extractToService } from './extractToService.ts';
import type { EditContext, FixOutcome } from './fix.ts';

export interface Refactoring {
  id: string;
  title: string;
  /** Where in a range of a file it can be tried; cheap, made for menus. */
  place(workspace: WorkspaceView, file: FileId, range: Span): Span | undefined;
  edit(context: EditContext, place: Span): FixOutcome;
}

const FROM: ReadonlySet<string> = new Set(['page', 'route', 'action']);

export const refactorings: readonly Refactoring[] = [
  {
    id: 'extract-to-service',
    title: 'Extract to a service function',
    place(workspace, file, range) {
      const facts = workspace.facts(file);
      const role = workspace.role(file);
      if (facts?.kind !== 'ts' || !(FROM.has(role) || (role === 'other' && facts.jsx))) return undefined;
      return workspace
        .queries(file)
        .map((query) => spanOf(facts, query.at))
        .find(({ start, end }) => start <= range.end && range.start <= end);
    },
    edit: (context, { start, end }) => extractToService(context, start, end),
  },
];
