import type { Span } from '../base/span.ts';
import { spanOf, type FileFacts } from '../facts/model.ts';

const holds = (outer: Span, { start, end }: Span): boolean => outer.start <= start && end <= outer.end;

/**
 * The named things around a place, outermost first, joined by dots: functions and classes of TypeScript, blocks of a Prisma schema.
 * @param span UTF-16 offsets in the file's text
 * @returns `''` outside of all of them, and in files that name nothing
 */
export function enclosingSymbol(facts: FileFacts, span: Span): string {
  if (facts.kind === 'prisma')
    return (
      [...facts.models, ...facts.enums, ...facts.generators, ...facts.datasources].find((block) =>
        holds(block.span, span),
      )?.name ?? ''
    );
  if (facts.kind !== 'ts') return '';
  let best: number | undefined;
  let width = Infinity;
  for (const [id, fn] of facts.functions.entries()) {
    const all = spanOf(facts, fn.all);
    if (fn.kind === 'module' || !holds(all, span) || all.end - all.start >= width) continue;
    width = all.end - all.start;
    best = id;
  }
  const names: string[] = [];
  for (let fn = best === undefined ? undefined : facts.functions[best]; fn && fn.kind !== 'module';) {
    const owner = fn.cls === undefined ? undefined : facts.classes[fn.cls]?.name;
    names.unshift(...[owner, fn.name].filter((name): name is string => name !== undefined && name !== ''));
    fn = facts.functions[fn.parent];
  }
  return names.join('.');
}
