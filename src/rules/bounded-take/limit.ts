/** Whether a number of rows has a maximum, whoever asks for it. */
import type { TsFacts, Value } from '../../facts/tsModel.ts';
import { visitFile, visitValue } from '../../facts/visit.ts';
import type { Abs } from '../../workspace/abs.ts';
import { clientParts } from '../../workspace/clientData.ts';
import type { ClientPart } from '../../workspace/clientData.ts';
import type { ReachingEntry } from '../../workspace/entriesReaching.ts';
import type { ZodShape } from '../../workspace/zodShape.ts';

export interface Unlimited {
  part: ClientPart;
  /** A schema stands between that sets no maximum. */
  parsed: boolean;
}

/** What the caller of an entry point chooses of a `take` that nothing limits; undefined when something does, or can't be seen. */
export function unlimitedPart(take: Abs, from: ReachingEntry, depth = 0): Unlimited | undefined {
  if (depth > 6) return undefined;
  const inner = (part: Abs): Unlimited | undefined => unlimitedPart(part, from, depth + 1);
  switch (take.k) {
    case 'param':
    case 'origin': {
      const [part] = clientParts(from.entry, take);
      return part && { part, parsed: false };
    }
    case 'parsed': {
      const [part] = limits(take.shape) ? [] : clientParts(from.entry, take.of);
      return part && { part, parsed: true };
    }
    case 'unknown': {
      const parts = take.from ?? [];
      // A function that isn't known may limit what it is given.
      if (parts.some((part) => isCallee(part) && !isTransparent(part))) return undefined;
      for (const part of parts) {
        const found = inner(part);
        if (found) return found;
      }
      return undefined;
    }
    case 'variants':
      for (const variant of take.list) {
        const found = inner(variant.value);
        if (found) return found;
      }
      return undefined;
    case 'promise':
      return inner(take.of);
    default:
      return undefined;
  }
}

const isCallee = (part: Abs): boolean =>
  ['global', 'package', 'closure', 'made', 'generated'].includes(part.k);

/** Conversions, and roundings that leave large numbers large. `Math.min` isn't among them. */
function isTransparent(part: Abs): boolean {
  if (part.k !== 'global') return part.k === 'made' && part.spec.startsWith('next/');
  return /^(Number|parseInt|parseFloat|BigInt|String|URL|URLSearchParams|Number\.(parseInt|parseFloat)|Math\.(max|abs|floor|ceil|round|trunc))$/.test(
    part.path.join('.'),
  );
}

/** Whether what passes a schema has a maximum, or may have one that isn't seen. */
function limits(shape: ZodShape): boolean {
  if (shape.refined || shape.transformed) return true;
  switch (shape.t) {
    case 'number':
    case 'bigint':
      return shape.max !== undefined;
    case 'string':
      // Digits of a text that becomes a number.
      return shape.format !== undefined || (shape.max !== undefined && shape.max <= 3);
    case 'any':
      return false;
    case 'union':
      return (shape.options ?? []).every(limits);
    default:
      return true;
  }
}

/** Whether some code compares one of these names with a number above 1 or with another name: `if (limit > MAX) …`. */
export function isCompared(facts: TsFacts | undefined, names: ReadonlySet<string>): boolean {
  if (!facts || names.size === 0) return false;
  let found = false;
  const isNamed = (value: Value): boolean =>
    (value.k === 'ref' || value.k === 'member') && names.has(value.name)
      ? true
      : value.k === 'call' && value.args.some(isNamed);
  const isMaximum = (value: Value): boolean =>
    value.k === 'lit'
      ? typeof value.v === 'number' && value.v > 1
      : value.k === 'ref' || value.k === 'member';
  visitFile(facts, (value) => {
    if (value.k === 'binary' && /^[<>]=?$/.test(value.op))
      found ||=
        (isNamed(value.left) && isMaximum(value.right)) || (isNamed(value.right) && isMaximum(value.left));
    return !found;
  });
  return found;
}

/** Names in the value of the property that stands at a place. */
export function namesAt(facts: TsFacts | undefined, at: number | undefined): string[] {
  const names: string[] = [];
  if (!facts || at === undefined) return names;
  visitFile(facts, (value) => {
    if (value.k !== 'object') return;
    for (const prop of value.props)
      if (prop.p === 'prop' && prop.at === at)
        visitValue(prop.value, (part) => {
          if (part.k === 'ref' || part.k === 'member') names.push(part.name);
        });
  });
  return names;
}
