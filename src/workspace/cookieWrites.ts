/** Whether a function sets or deletes cookies, which makes Next.js render the page again. */
import type { FunctionId, TsFacts } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';

/** `(await cookies()).set(…)`, `store.delete(…)` in a file that has `cookies`; a query (`prisma.post.delete`) is two members deep. */
export function setsCookies(facts: TsFacts, fn: FunctionId): boolean {
  const hasCookies = facts.imports.some(
    ({ spec, names }) => spec === 'next/headers' && names.some(({ imported }) => imported === 'cookies'),
  );
  if (!hasCookies) return false;
  let found = false;
  visitSteps(facts.functions[fn]?.body ?? [], {
    value: (value) => {
      if (value.k !== 'call' || value.fn.k !== 'member' || value.fn.of.k === 'member') return;
      if (/^(set|delete)$/.test(value.fn.name)) found = true;
    },
  });
  return found;
}
