/** What a fix recipe is. Recipes live in their rule's folder (`fix.ts`) and use the tools of this folder. */
import type { ts } from 'ts-morph';
import type { FileId } from '../base/path.ts';
import type { Json } from '../base/json.ts';
import type { FileFacts } from '../facts/model.ts';
import type { FileEdits, Finding } from '../run/finding.ts';
import type { FixTrust } from '../rules/rule.ts';
import type { WorkspaceView } from '../workspace/view.ts';

/** What edits of a file are made from. */
export interface EditContext {
  file: FileId;
  facts: FileFacts;
  /** Text of the file. */
  text: string;
  workspace: WorkspaceView;
  /** Text of any file of the workspace as it is now, open editors included. */
  textOf(file: FileId): string | undefined;
  /** Syntax tree with parents of a TypeScript/JavaScript file; undefined when it can't be read. */
  sourceOf(file: FileId): ts.SourceFile | undefined;
}

export interface FixContext extends EditContext {
  finding: Finding;
  data: { [key: string]: Json };
}

/** Edits, or the reason (shown to the person) why this place can't be fixed mechanically. */
export type FixOutcome = { changes: FileEdits[] } | { refuse: string };

export interface FixRecipe {
  id: string;
  /** What the editor's menu says; may use the request's data. */
  title(data: { [key: string]: Json }): string;
  trust: FixTrust;
  /** The fix an editor applies without asking; at most one per rule. */
  preferred: boolean;
  edit(context: FixContext): FixOutcome;
}

/** Declares a recipe. */
export function defineFix(recipe: FixRecipe): FixRecipe {
  return recipe;
}
