/** Real files nest a few dozen levels deep. */
const deepestNesting = 300;

/**
 * Whether a text nests so deep that a recursive parser might exhaust the stack. That can't be left to a caught RangeError: V8 ends the
 * whole process when a regular expression is compiled on an exhausted stack ("RegExpCompiler Allocation failed").
 * Counts brackets without knowledge of strings and comments, YAML's `- - -` chains and indentation.
 */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b || code === 0x28) {
      if (++depth > deepestNesting) return true;
    } else if ((code === 0x5d || code === 0x7d || code === 0x29) && depth > 0) depth--;
  }
  return /(?:[-?:][ \t]+){300}|^[ \t]{1500}/m.test(text);
}
