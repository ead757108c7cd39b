/** The line above an entry point or a service: who is let in, what is parsed, what is done with rows, who calls it. */
import type { FileId } from '../base/path.ts';
import { rangeAt } from '../base/lineIndex.ts';
import { spanOf } from '../facts/model.ts';
import { plural } from '../base/plural.ts';
import type { Location } from '../run/finding.ts';
import { dependencyRange } from '../workspace/dependencies.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { codeDrafts, enclosing, placeOfDraft, usesOfDeclaration } from './declarations.ts';
import type { Declaration } from './declarations.ts';
import type { Draft } from './entries.ts';

export interface EntryLens {
  /** `guard: requireUser+role ADMIN · zod: PostInput · tx · writes Post · 3 callers` */
  title: string;
  /** Where it is used, file by file; empty when nobody was found, and while files are still being read. */
  uses: Location[];
}

/** Names that fit into one line. */
const MAX_NAMES = 3;

/** The entry points and services of a file, in the order of its text. Costs no more than the file itself. */
export function lensPlaces(workspace: Workspace, file: FileId): Declaration[] {
  return codeDrafts(workspace, file)
    .map((draft) => placeOfDraft(workspace, draft))
    .toSorted((a, b) => a.range.start.line - b.range.start.line);
}

/** @param complete whether all files are known: callers are counted only then */
export function lensOf(
  workspace: Workspace,
  file: FileId,
  id: string,
  complete: boolean,
): EntryLens | undefined {
  const draft = codeDrafts(workspace, file).find(({ entry }) => entry.id === id);
  if (!draft) return undefined;
  const uses = complete ? usesOf(workspace, id) : [];
  const callers = new Set(uses.map(({ caller }) => caller)).size;
  const isCalled = draft.entry.kind === 'action' || draft.entry.kind === 'service';
  const text = entryText(workspace, draft);
  const count = callers > 0 ? plural(callers, 'caller') : 'no callers';
  return {
    title: [...(text === '' ? [] : [text]), ...(complete && isCalled ? [count] : [])].join(' · '),
    uses: uses.map(({ place }) => place),
  };
}

function usesOf(workspace: Workspace, id: string): { caller: string; place: Location }[] {
  return usesOfDeclaration(workspace, id).flatMap(({ file, at }) => {
    const facts = workspace.facts(file);
    if (facts?.kind !== 'ts') return [];
    const { start, end } = spanOf(facts, at);
    const place = { file, start, end, range: rangeAt(facts.lines, start, end) };
    return [{ caller: enclosing(workspace, file, facts, start).id, place }];
  });
}

/** What an entry does, in a line. */
export function entryText(workspace: Workspace, draft: Draft): string {
  const { entry } = draft;
  const parts: string[] = [];
  if (entry.guard !== undefined) parts.push(guardText(draft));
  if (entry.validation) parts.push(`${validatorOf(workspace, entry.file)}: ${listed(entry.validation)}`);
  if (entry.cached) parts.push('cached');
  if (entry.transaction) parts.push('tx');
  if (entry.writes) parts.push(`writes ${listed(entry.writes)}`);
  // Nearly everything that writes reads as well.
  else if (entry.reads) parts.push(`reads ${listed(entry.reads)}`);
  if (entry.list === 'unbounded') parts.push('unbounded list');
  return parts.join(' · ');
}

function guardText({ entry, guard }: Draft): string {
  if (entry.guard === 'unguarded') return 'no guard';
  if (entry.guard !== 'guarded') return `guard: ${entry.guard}`;
  const by = guard?.entry.label ?? (entry.guardKind === 'session' ? 'auth' : entry.guardKind) ?? 'auth';
  const roles = entry.roles ? `+role ${entry.roles.join(' or ')}` : '';
  return `guard: ${by}${roles}`;
}

/** The word for what parses input: the library's name where the project has Zod. */
function validatorOf(workspace: Workspace, file: FileId): string {
  return dependencyRange(workspace, file, 'zod') === undefined ? 'schema' : 'zod';
}

function listed(names: readonly string[]): string {
  const rest = names.length - MAX_NAMES;
  return names.slice(0, MAX_NAMES).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
