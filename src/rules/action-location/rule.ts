import { z } from 'zod';
import { isWithin, join } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import type { WorkspaceView } from '../../workspace/view.ts';
import { defineRule } from '../rule.ts';
import type { RuleContext } from '../rule.ts';

export const rule = defineRule({
  meta: {
    id: 'action-location',
    title: 'Server Actions live in one folder.',
    sections: ['S3'],
    severity: 'info',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      file: 'The actions of this file are not in {folder}. Each export of it is a public endpoint, which is easily overlooked elsewhere. Move the file there.',
      inline:
        'The action `{name}` stands inside a {where} and writes to the database. It is a public endpoint, which is easily overlooked here. Move it to {folder}.',
    },
  },
  check(context) {
    const { workspace, file, role, facts, report } = context;
    if (facts.kind !== 'ts') return;
    if (role === 'action') {
      const [first] = facts.exports;
      const home = homeOf(workspace, file);
      if (!first || home.holds(file)) return;
      report({
        place: { at: first.at },
        message: 'file',
        data: { folder: home.folder },
        ...(home.isFollowed ? {} : { severity: 'hint' }),
        fixes: home.canMove ? [{ recipe: 'move-file', data: { folder: home.folder } }] : [],
      });
      return;
    }
    if (role === 'page' || role === 'other') inlineActions(context);
  },
});

function inlineActions({ workspace, file, role, facts, report }: RuleContext<unknown>): void {
  if (facts.kind !== 'ts' || !facts.functions.some((fn) => fn.directives.includes('use server'))) return;
  const home = homeOf(workspace, file);
  for (const entry of workspace.entries(file))
    if (
      entry.kind === 'inline-action' &&
      entry.effects.some(({ kind }) => kind === 'write' || kind === 'raw-write')
    )
      report({
        place: { at: entry.at },
        message: 'inline',
        data: { name: entry.label, folder: home.folder, where: role === 'page' ? 'page' : 'module' },
        ...(home.isFollowed ? {} : { severity: 'hint' }),
      });
}

interface Home {
  /** Where actions belong, as a message names it. */
  folder: string;
  /** The configuration says so, or most of the project's action files do. */
  isFollowed: boolean;
  canMove: boolean;
  holds(file: FileId): boolean;
}

/** Folders that are for actions by their name. */
const NAMED = /(^|\/)_?(server-?)?actions?$/i;

function homeOf(workspace: WorkspaceView, file: FileId): Home {
  const app = workspace.app(file);
  const usual = join(app?.root ?? '', app?.src ?? '', 'lib/actions') ?? 'lib/actions';
  const { folder: learnt, inside } = workspace.layering(file).actions;
  const configured = workspace.conventions(file).actions;
  if (configured) {
    const folder = [learnt, usual].find((one) => one !== undefined && configured(`${one}/x.ts`));
    return {
      folder: folder ?? 'the configured folder',
      isFollowed: true,
      canMove: folder !== undefined,
      holds: configured,
    };
  }
  if (learnt !== undefined && NAMED.test(learnt) && inside - (isWithin(learnt, file) ? 1 : 0) >= 2)
    return {
      folder: learnt,
      isFollowed: true,
      canMove: true,
      holds: (other) => isWithin(learnt, other) || isWithin(usual, other),
    };
  return {
    folder: usual,
    isFollowed: false,
    canMove: true,
    // Where nothing is settled, any folder for actions will do.
    holds: (other) => /(^|\/)_?(server-?)?actions?\//i.test(other),
  };
}
