import { commentTextsOf } from '../facts/declarations.ts';
import { extractPrisma } from '../facts/prisma.ts';
import { extractSql } from '../facts/sql.ts';
import type { ChangedFile, Touched } from './model.ts';

function commentsOf({ file }: ChangedFile, text: string): string[] {
  if (/\.[cm]?[jt]sx?$/.test(file)) return commentTextsOf(file, text);
  const facts = file.endsWith('.prisma')
    ? extractPrisma(text)
    : file.endsWith('.sql')
      ? extractSql(text)
      : undefined;
  return facts?.comments.map(({ span }) => text.slice(span.start, span.end).replace(/\s+/g, ' ')) ?? [];
}

/** `// await notify(user);`: ends as statements do, or calls and assigns. */
const isCode = (comment: string): boolean =>
  /[;{}]\s*(\*\/\}?)?$|=>|\w\([^)]*\)|^\S+ *(import|export|const|let|return)\b|<\/?[A-Z]|\w\.\w+ ?=/.test(
    comment,
  );

/** What differs in the comments of a file whose code is the same. */
export function commentChanges(change: ChangedFile): Touched['comments'] {
  const { file, before, after } = change;
  if (before === undefined || after === undefined) return [];
  const [old, now] = [commentsOf(change, before), commentsOf(change, after)];
  if (old.join('\n') === now.join('\n')) return [];
  const known = new Set(now);
  const gone = old.filter((text) => !known.has(text));
  const isLess = now.length < old.length && now.every((text) => old.includes(text));
  return [{ file, isDeadCode: isLess && gone.filter(isCode).length * 2 >= gone.length }];
}
