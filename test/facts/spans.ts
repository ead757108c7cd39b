import * as fc from 'fast-check';
import type { Span } from '../../src/base/span.ts';

/** Every `{ start, end }` inside a JSON-safe value. */
export function spansOf(value: unknown): Span[] {
  if (Array.isArray(value)) return value.flatMap(spansOf);
  if (typeof value !== 'object' || value === null) return [];
  const here = 'start' in value && typeof value.start === 'number' ? [value as Span] : [];
  return [...here, ...Object.values(value).flatMap(spansOf)];
}

/** Throws unless the facts survive JSON unchanged and every span lies inside the text. */
export function checkFacts(text: string, facts: unknown): void {
  const copy = JSON.stringify(facts);
  if (JSON.stringify(JSON.parse(copy)) !== copy) throw new Error('facts are not JSON-safe');
  for (const span of spansOf(facts)) {
    if (span.start < 0 || span.end < span.start || span.end > text.length)
      throw new Error(`span ${span.start}..${span.end} outside of a text of ${text.length}`);
  }
}

/** Runs an extractor over random text made of the given words, and over cut and truncated copies of a sample. */
export function checkExtractor(
  extract: (text: string) => unknown,
  sample: string,
  words: readonly string[],
): void {
  const check = (text: string): void => checkFacts(text, extract(text));
  const word = fc.constantFrom(...words, ' ', '\n', '\r\n', 'é', '\u{1F600}', '\0', '\ud800', 'a', '"', "'");
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: word })), check), { numRuns: 200 });
  fc.assert(
    fc.property(fc.nat(sample.length), fc.nat(40), (from, length) =>
      check(sample.slice(0, from) + sample.slice(from + length)),
    ),
    { numRuns: 60 },
  );
  fc.assert(
    fc.property(fc.nat(sample.length), (end) => check(sample.slice(0, end))),
    { numRuns: 60 },
  );
}
