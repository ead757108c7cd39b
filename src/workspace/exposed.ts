/** Functions that strangers call, as their file alone says it. */
import type { FileId } from '../base/path.ts';
import type { FunctionId, TsFacts } from '../facts/tsModel.ts';

/** Whether a function is an exported action or route handler. */
export function isExposed(file: FileId, facts: TsFacts | undefined, fn: FunctionId): boolean {
  const own = facts?.functions[fn];
  if (!facts || !own) return false;
  if (own.directives.includes('use server')) return true;
  if (!facts.directives.includes('use server') && !/(^|\/)(route\.[cm]?[jt]sx?$|pages\/api\/)/.test(file))
    return false;
  return (
    own.parent === 0 &&
    facts.exports.some(
      (item) =>
        (item.e !== 'star' && item.name === own.name) ||
        (item.e === 'local' && facts.bindings[item.b]?.f === fn),
    )
  );
}
