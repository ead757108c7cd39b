/** What tests on an error say when it is a navigation throw of Next.js. */
import type { Value } from '../facts/tsModel.ts';
import { calleeName } from './calleeResolver.ts';
import type { CallValue } from './calleeResolver.ts';

const NAVIGATION_NAME =
  /redirect|not_?found|navigation|rethrow|control_?flow|next(js)?(internal|router|error)|isNext|httpaccess|dynamicserver|digest/i;
const NAVIGATION_TEXT = /NEXT_|redirect|not.?found/i;

/**
 * The outcome of a test under the assumption that the error is a navigation throw (an `Error` whose `digest` starts with `NEXT_`);
 * undefined when it can't be told.
 * @param mentions whether an expression looks at the error
 * @param checks whether a call of a project's own function tests for such errors
 */
export function isNavigationError(
  test: Value,
  mentions: (value: Value) => boolean,
  checks: (call: CallValue) => boolean,
): boolean | undefined {
  const inner = (value: Value): boolean | undefined => isNavigationError(value, mentions, checks);
  switch (test.k) {
    case 'unary': {
      if (test.op !== '!') return undefined;
      const of = inner(test.of);
      return of === undefined ? undefined : !of;
    }
    case 'logic': {
      const left = inner(test.left);
      const right = inner(test.right);
      if (test.op === '&&')
        return left === false || right === false ? false : left === true && right === true ? true : undefined;
      return left === true || right === true ? true : left === false && right === false ? false : undefined;
    }
    case 'member':
      // `error.digest`, `error.message`: there; `error.code`: not.
      if (!mentions(test.of)) return undefined;
      return /^(digest|message|stack|name)$/.test(test.name)
        ? true
        : /^(code|meta|status|statusCode|response|type|errno|issues)$/.test(test.name)
          ? false
          : undefined;
    case 'ref':
      return mentions(test) ? true : undefined;
    case 'binary':
      return mentions(test.left) || mentions(test.right) ? comparison(test) : undefined;
    case 'call':
      return called(test, mentions, checks);
    default:
      return undefined;
  }
}

function comparison(test: Extract<Value, { k: 'binary' }>): boolean | undefined {
  const { op, left, right } = test;
  if (op === 'instanceof') return calleeName(right) === 'Error' || NAVIGATION_NAME.test(calleeName(right));
  if (op === 'in')
    return left.k === 'lit' && typeof left.v === 'string'
      ? /^(digest|message|stack|name)$/.test(left.v)
      : undefined;
  const same = op === '===' || op === '==' ? true : op === '!==' || op === '!=' ? false : undefined;
  if (same === undefined) return undefined;
  const other = mentionsType(left) ? right : mentionsType(right) ? left : undefined;
  if (other) return (other.k === 'lit' && other.v === 'object') === same;
  const text = literal(left) ?? literal(right);
  if (text === null || text === 'undefined') return !same;
  return text === undefined ? undefined : NAVIGATION_TEXT.test(text) === same;
}

function mentionsType(value: Value): boolean {
  return value.k === 'unary' && value.op === 'typeof';
}

function literal(value: Value): string | null | undefined {
  if (value.k === 'ref' && value.name === 'undefined') return 'undefined';
  if (value.k === 'member' && /NOT_FOUND|REDIRECT/i.test(value.name)) return value.name;
  if (value.k === 'lit') return value.v === null ? null : String(value.v);
  return undefined;
}

function called(
  test: CallValue,
  mentions: (value: Value) => boolean,
  checks: (call: CallValue) => boolean,
): boolean | undefined {
  const name = calleeName(test.fn);
  const onError = test.fn.k === 'member' && mentions(test.fn.of);
  if (onError || (test.args.some(mentions) && /^(includes|some|test)$/.test(name))) {
    const text = test.args.map(literal).find((found) => typeof found === 'string');
    if (typeof text === 'string') return NAVIGATION_TEXT.test(text);
    return undefined;
  }
  if (!test.args.some(mentions)) return undefined;
  if (NAVIGATION_NAME.test(name) || checks(test)) return true;
  // `isPrismaError(error)`, `isZodError(error)`: about other errors.
  return /^(is|has)[A-Z_]/.test(name) ? name === 'isError' : undefined;
}
