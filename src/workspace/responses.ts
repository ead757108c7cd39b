/** What is known of the answers of a server: `NextResponse.json(body, { status: 404 })`. */
import { isResponse } from './abs.ts';
import type { Abs } from './abs.ts';

/** The statuses that an answer may have; 200 where it names none, `undefined` where they can't be told. */
export function statusesOf(answer: Abs): number[] | undefined {
  if (answer.k !== 'made' || !isResponse(answer)) return undefined;
  const init = answer.args[1];
  if (init === undefined || init.k === 'undef') return [200];
  if (init.k !== 'object') return undefined;
  const { status } = init.props;
  if (!status) return init.open ? undefined : [200];
  const named = numbersOf(status);
  return named && [...(init.maybe?.includes('status') ? [200] : []), ...named];
}

function numbersOf(value: Abs): number[] | undefined {
  if (value.k === 'lit') return typeof value.v === 'number' ? [value.v] : undefined;
  if (value.k !== 'unknown' || !value.from?.length) return undefined;
  const parts = value.from.map(numbersOf);
  return parts.every((part) => part !== undefined) ? [...new Set(parts.flat())] : undefined;
}
