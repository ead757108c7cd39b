/** Suppression comments, in the comment syntax of any language. */
import type { Span } from '../base/span.ts';

export interface SuppressionFact {
  directive: 'next-line' | 'line' | 'block' | 'enable' | 'file';
  /** Rule ids; empty means every rule. */
  rules: string[];
  reason: string | undefined;
  /** The whole comment. */
  span: Span;
}

const FORM = /backend-specialist-(disable-next-line|disable-line|disable-file|disable|enable)\b([^\n]*)/;
const KINDS = {
  'disable-next-line': 'next-line',
  'disable-line': 'line',
  'disable-file': 'file',
  disable: 'block',
  enable: 'enable',
} as const;

/**
 * Reads one comment.
 * @param text the comment with its markers (line or block, of any language)
 * @param start its UTF-16 offset in the file
 * @returns undefined when the comment is not a directive
 */
export function parseSuppression(text: string, start: number): SuppressionFact | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const kind = match[1] as keyof typeof KINDS;
  const rest = (match[2] ?? '').replace(/(\*\/|-->)\s*\}?\s*$/, '').trim();
  const dash = rest.search(/(^|\s)--(\s|$)/);
  const names = dash < 0 ? rest : rest.slice(0, dash);
  const reason =
    dash < 0
      ? ''
      : rest
          .slice(dash)
          .replace(/^\s*--/, '')
          .trim();
  return {
    directive: KINDS[kind],
    rules: names.split(/[\s,]+/).filter(Boolean),
    reason: reason === '' ? undefined : reason,
    span: { start, end: start + text.length },
  };
}

/** Whether a text can hold a directive at all: saves the search for comments in nearly every file. */
export function mayHoldSuppressions(text: string): boolean {
  return text.includes('backend-specialist-');
}
