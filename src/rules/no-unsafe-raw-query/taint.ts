/** Where the text of a raw query comes from. */
import { leaves } from '../../workspace/abs.ts';
import type { Abs } from '../../workspace/abs.ts';
import type { ZodShape } from '../../workspace/zodShape.ts';

export type Chosen = 'client' | 'parsed' | 'closed';

/**
 * Whether a stranger chooses a value as it is (`client`), among what a schema of any text lets through (`parsed`), or only among
 * numbers, the values of an enum and ids of a fixed form (`closed`).
 */
export function chosenByClient(value: Abs, isClient: (leaf: Abs) => boolean): Chosen | undefined {
  let how: Chosen | undefined;
  const visit = (part: Abs, through: Chosen, depth: number): void => {
    if (how === 'client' || depth > 8) return;
    switch (part.k) {
      case 'unknown':
        // `Number(page)`, `Math.max(…)`: no text any more.
        if (part.from?.some(isNumberMaker)) return;
        for (const inner of part.from ?? []) visit(inner, through, depth + 1);
        return;
      case 'parsed':
        visit(part.of, through === 'closed' || isClosed(part.shape) ? 'closed' : 'parsed', depth + 1);
        return;
      case 'made':
        for (const inner of part.args) visit(inner, through, depth + 1);
        return;
      case 'variants':
        for (const variant of part.list) visit(variant.value, through, depth + 1);
        return;
      case 'promise':
        visit(part.of, through, depth + 1);
        return;
      case 'object':
        for (const inner of Object.values(part.props)) visit(inner, through, depth + 1);
        return;
      case 'array':
        for (const inner of part.items) visit(inner, through, depth + 1);
        return;
      default:
        if (isClient(part) && RANK[through] > (how ? RANK[how] : 0)) how = through;
    }
  };
  visit(value, 'client', 0);
  return how;
}

const RANK: Record<Chosen, number> = { closed: 1, parsed: 2, client: 3 };

/** Whether what passes a schema can't hold SQL. */
function isClosed(shape: ZodShape): boolean {
  switch (shape.t) {
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'date':
    case 'enum':
    case 'literal':
      return true;
    case 'string':
      return (
        shape.format !== undefined && /^(uuid|guid|cuid2?|ulid|nanoid|datetime|date|time)$/.test(shape.format)
      );
    case 'union':
      return shape.options !== undefined && shape.options.every(isClosed);
    default:
      return false;
  }
}

const isNumberMaker = (part: Abs): boolean =>
  part.k === 'global' && /^(Number|parseInt|parseFloat|BigInt|Boolean|Math)$/.test(part.path[0] ?? '');

/** What `Prisma.raw` is given inside the arguments of a query. */
export function rawTexts(args: Abs): Abs[] {
  const out: Abs[] = [];
  const visit = (part: Abs, depth: number): void => {
    if (depth > 8) return;
    switch (part.k) {
      case 'unknown': {
        const from = part.from ?? [];
        if (from.some(isRaw)) out.push(...from.filter((inner) => !isRaw(inner)));
        for (const inner of from) visit(inner, depth + 1);
        return;
      }
      case 'object':
        for (const inner of Object.values(part.props)) visit(inner, depth + 1);
        return;
      case 'array':
        for (const inner of part.items) visit(inner, depth + 1);
        return;
      case 'parsed':
        visit(part.of, depth + 1);
        return;
      case 'made':
        if (/prisma/i.test(part.spec) && /\braw$/.test(part.name)) out.push(...part.args);
        for (const inner of part.args) visit(inner, depth + 1);
        return;
      case 'variants':
        for (const variant of part.list) visit(variant.value, depth + 1);
        return;
      default:
    }
  };
  visit(args, 0);
  return out.filter((text) => leaves(text).length > 0);
}

const isRaw = (part: Abs): boolean =>
  (part.k === 'generated' || part.k === 'package') && part.path.at(-1) === 'raw';
