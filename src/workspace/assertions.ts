/** Calls that return only where what they are given holds: `invariant(session)`, `assert.equal(post.authorId, user.id)`. */
import type { Value } from '../facts/tsModel.ts';
import type { Abs } from './abs.ts';
import type { Links } from './links.ts';
import { functionKey } from './summary.ts';

type Call = Extract<Value, { k: 'call' }>;

/** Packages whose main function throws unless its first argument is truthy. */
const PACKAGES = /^(node:)?assert(\/strict)?$|(^|[/-])invariant$/;

/** What holds after a call, as a test; undefined when it asserts nothing that is known. */
export function assertedBy(links: Pick<Links, 'summary'>, call: Call, callee: Abs): Value | undefined {
  const [first, second] = call.args;
  if (!first || first.k === 'spread') return undefined;
  if (callee.k === 'package' && PACKAGES.test(callee.spec)) {
    const name = callee.path.at(-1) ?? 'default';
    if (/^(default|ok|assert|invariant|strict)$/.test(name)) return first;
    if (/^(equal|strictEqual|deepEqual|deepStrictEqual)$/.test(name) && second)
      return { k: 'binary', op: '===', left: first, right: second, at: call.at };
    return undefined;
  }
  if (callee.k !== 'closure') return undefined;
  const key = functionKey(callee.file, callee.fn);
  const { outcomes } = links.summary(key);
  // `function assert(value: unknown): asserts value { if (!value) throw … }`
  const isDemanded =
    outcomes.length > 0 &&
    outcomes.every(({ when }) =>
      when?.some(
        ({ of, is, holds }) =>
          of.fn === key && of.i === 0 && of.path.length === 0 && is === 'truthy' && holds,
      ),
    );
  return isDemanded ? first : undefined;
}
