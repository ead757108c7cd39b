import { basename, dirname } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { moveModule } from '../../edit/moveModule.ts';

export const fixes = [
  defineFix({
    id: 'move-file',
    title: ({ folder }) => `Move the file to ${String(folder)}`,
    trust: 'suggestion',
    preferred: true,
    edit(context): FixOutcome {
      const { folder } = context.data;
      if (typeof folder !== 'string') return { refuse: 'No folder for actions is known.' };
      return moveModule(context, `${folder}/${newName(context, folder)}`);
    },
  }),
];

/** `app/posts/actions.ts` becomes `posts.ts`, or `posts.actions.ts` where the others are called so; other names are kept. */
function newName({ workspace, file }: FixContext, folder: string): string {
  const name = basename(file);
  const extension = /\.[cm]?[jt]sx?$/.exec(name)?.[0] ?? '.ts';
  const stem = name.slice(0, name.length - extension.length);
  if (!/^_?(server-?)?(actions?|index)$/i.test(stem)) return name;
  const subject = subjectOf(file);
  if (subject === undefined) return name;
  const suffix = workspace
    .filesIn(folder)
    .map((other) => /[.-]actions?(?=\.[cm]?[jt]sx?$)/.exec(other)?.[0])
    .find((found) => found !== undefined);
  return `${subject}${suffix ?? ''}${extension}`;
}

/** The nearest folder that names something: no route group, no parameter, no `_lib`. */
function subjectOf(file: FileId): string | undefined {
  return dirname(file)
    .split('/')
    .findLast((part) => /^[a-z][\w-]*$/i.test(part) && !/^(app|src|lib|server|actions?|pages)$/i.test(part));
}
