/**
 * Facts as a short text, for files that nobody looks at now and for the cache. A third of their JSON: an object is a list of
 * its values behind the number of its shape (the list of its keys), and places are differences in base 32.
 */
import type { FileFacts } from './model.ts';

/** JSON in which every list starts with a number: 0 for a list, else the number of an object's shape. */
type Packed = string | number | boolean | null | Packed[];

/** A key of a shape; with a value where all objects of the shape have that one. */
type ShapeKey = string | [key: string, value: string];

/** The way to a shape: one step for each key. */
interface ShapeNode {
  id: number;
  key: ShapeKey | undefined;
  parent: ShapeNode | undefined;
  next: Map<string, ShapeNode>;
}

/** Keys of which the values are ascending or nearly ascending numbers. */
const NUMBERS = new Set(['spans', 'lines']);

/** Keys that tell kinds of objects apart: their values are part of the shape. */
const TAGS = new Set(['k', 's', 'p', 'e', 'kind']);

class Packer {
  readonly shapes: ShapeKey[][] = [];
  private readonly root: ShapeNode = { id: 0, key: undefined, parent: undefined, next: new Map() };

  pack(value: unknown): Packed {
    if (typeof value === 'object' && value !== null)
      return Array.isArray(value) ? this.list(value) : this.object(value as Record<string, unknown>);
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : null;
  }

  private list(values: readonly unknown[]): Packed {
    const out: Packed[] = [0];
    for (const value of values) out.push(this.pack(value));
    return out;
  }

  private object(value: Record<string, unknown>): Packed {
    const out: Packed[] = [0];
    let node = this.root;
    for (const key in value) {
      const part = value[key];
      // As in JSON, a key without a value is no key.
      if (part === undefined) continue;
      node = step(node, key, key);
      if (TAGS.has(key) && typeof part === 'string') {
        // The step before was only on the way to the pair.
        node = step(node, part, [key, part]);
        continue;
      }
      out.push(NUMBERS.has(key) && isNumbers(part) ? packNumbers(part) : this.pack(part));
    }
    if (node.id === 0) node.id = this.shapes.push(keysTo(node));
    out[0] = node.id;
    return out;
  }
}

function step(node: ShapeNode, name: string, key: ShapeKey): ShapeNode {
  let next = node.next.get(name);
  if (!next) {
    next = { id: 0, key, parent: node, next: new Map() };
    node.next.set(name, next);
  }
  return next;
}

function keysTo(node: ShapeNode): ShapeKey[] {
  const out: ShapeKey[] = [];
  for (let at: ShapeNode | undefined = node; at?.key !== undefined; at = at.parent) {
    out.unshift(at.key);
    // A pair stands for its key too.
    if (typeof at.key !== 'string') at = at.parent ?? at;
  }
  return out;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isInteger(item));
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const DIGIT_OF = new Uint8Array(128);
for (let i = 0; i < DIGITS.length; i++) DIGIT_OF[DIGITS.charCodeAt(i)] = i;

/** Each number as its difference from the one before, in groups of five bits as in source maps. */
function packNumbers(values: readonly number[]): string {
  let out = '';
  let last = 0;
  for (const value of values) {
    const difference = value - last;
    let rest = difference < 0 ? (-difference << 1) | 1 : difference << 1;
    for (; rest > 31; rest >>>= 5) out += DIGITS[(rest & 31) | 32];
    out += DIGITS[rest];
    last = value;
  }
  return out;
}

function unpackNumbers(text: string): number[] {
  const out: number[] = [];
  let last = 0;
  let shift = 0;
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = DIGIT_OF[text.charCodeAt(i) & 127] ?? 0;
    bits |= (digit & 31) << shift;
    if (digit & 32) {
      shift += 5;
      continue;
    }
    last += bits & 1 ? -(bits >>> 1) : bits >>> 1;
    out.push(last);
    bits = 0;
    shift = 0;
  }
  return out;
}

/** A line without line breaks that `unpackFacts` makes equal facts of. */
export function packFacts(facts: FileFacts): string {
  const packer = new Packer();
  const body = packer.pack(facts);
  return JSON.stringify([packer.shapes, body]);
}

/** Facts of a line that `packFacts` made; undefined for any other text. */
export function unpackFacts(text: string): FileFacts | undefined {
  let parsed: [shapes: ShapeKey[][], body: Packed];
  try {
    parsed = JSON.parse(text) as typeof parsed;
  } catch {
    return undefined; // a torn line of an interrupted write: the file is extracted anew
  }
  if (!Array.isArray(parsed) || !Array.isArray(parsed[0]) || !Array.isArray(parsed[1])) return undefined;
  const [shapes, body] = parsed;
  const unpack = (value: Packed): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const keys = shapes[(value[0] as number) - 1];
    if (!keys) {
      const list: unknown[] = [];
      for (let i = 1; i < value.length; i++) list.push(unpack(value[i] as Packed));
      return list;
    }
    const object: Record<string, unknown> = {};
    let i = 1;
    for (const key of keys) {
      if (typeof key !== 'string') {
        object[key[0]] = key[1];
        continue;
      }
      // Every shape has as many keys as its objects have values.
      const part = value[i++] as Packed;
      object[key] = NUMBERS.has(key) && typeof part === 'string' ? unpackNumbers(part) : unpack(part);
    }
    return object;
  };
  return unpack(body) as FileFacts;
}
