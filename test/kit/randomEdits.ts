/** Random changes of a workspace, such as a person makes: typed, pasted, renamed, deleted, brought back. */
import * as fc from 'fast-check';
import { extractFacts } from '../../src/facts/extract.ts';
import type { Files } from './fixture.ts';

export interface Step {
  kind: (typeof kinds)[number];
  /** Random numbers that choose file, place and other; each step takes them modulo what there is. */
  file: number;
  at: number;
  other: number;
}

const kinds = [
  'delete-line',
  'duplicate-line',
  'insert-blank',
  'swap-lines',
  'break-line',
  'rename-export',
  'rename-local',
  'change-text',
  'change-import',
  'drop-guard',
  'empty-body',
  'delete-file',
  'copy-file',
  'restore-file',
] as const;

export const scriptArbitrary: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ kind: fc.constantFrom(...kinds), file: fc.nat(), at: fc.nat(), other: fc.nat() }),
  { minLength: 1, maxLength: 12 },
);

export interface Change {
  file: string;
  text: string | undefined;
}

const pick = <T>(list: readonly T[], number: number): T | undefined =>
  list[number % Math.max(1, list.length)];

/** What a step changes in a workspace; `undefined` when it fits nothing there. */
export function changeOf(
  step: Step,
  files: ReadonlyMap<string, string>,
  originals: Files,
): Change | undefined {
  const names = [...files.keys()].toSorted();
  const file = pick(names, step.file);
  if (file === undefined) return undefined;
  const text = files.get(file) ?? '';
  const lines = text.split('\n');
  const at = step.at % lines.length;
  const edit = (change: (lines: string[]) => void): Change => {
    change(lines);
    return { file, text: lines.join('\n') };
  };
  const replaceMatch = (pattern: RegExp, by: (match: RegExpMatchArray) => string): Change | undefined => {
    const match = pick([...text.matchAll(pattern)], step.at);
    if (!match) return undefined;
    return { file, text: text.slice(0, match.index) + by(match) + text.slice(match.index + match[0].length) };
  };
  switch (step.kind) {
    case 'delete-line':
      return edit((all) => all.splice(at, 1));
    case 'duplicate-line':
      return edit((all) => all.splice(at, 0, all[at] ?? ''));
    case 'insert-blank':
      return edit((all) => all.splice(at, 0, '', ''));
    case 'swap-lines':
      return edit((all) => {
        const other = step.other % all.length;
        [all[at], all[other]] = [all[other] ?? '', all[at] ?? ''];
      });
    case 'break-line':
      return edit((all) =>
        all.splice(at, 1, (all[at] ?? '').slice(0, step.other % ((all[at] ?? '').length + 1))),
      );
    case 'rename-export':
      return replaceMatch(/(?<=export (?:async function|function|const) )\w+/g, ([name]) => `${name}2`);
    case 'rename-local':
      return replaceMatch(/(?<=\n\s+(?:const|let) )\w+/g, ([name]) => `${name}2`);
    case 'change-text':
      return replaceMatch(/(?<=')\w+(?=')/g, ([word]) => `${word}x`);
    case 'change-import':
      return replaceMatch(/(?<=from ')[^']+(?=')/g, ([spec]) =>
        spec.endsWith('-x') ? spec.slice(0, -2) : `${spec}-x`,
      );
    case 'drop-guard':
      return replaceMatch(/^.*(?:if \(!session|require[A-Z]\w*\(|await auth\(\)).*$/gm, () => '');
    case 'empty-body':
      return replaceMatch(
        /(?<=export (?:async )?function \w+\([^)]*\)(?:: [^{]+)? )\{\n[^]*?\n\}/g,
        () => '{}',
      );
    case 'delete-file':
      return { file, text: undefined };
    case 'copy-file':
      return { file: file.replace(/(\.[^./]+)$/, `-x$1`), text };
    case 'restore-file': {
      const gone = pick(
        Object.keys(originals)
          .filter((name) => files.get(name) !== originals[name])
          .toSorted(),
        step.other,
      );
      return gone === undefined ? undefined : { file: gone, text: originals[gone] };
    }
  }
}

/** Changes that bring back the original text of every file that no longer parses, or drop it when it had none. */
export function repairs(files: ReadonlyMap<string, string>, originals: Files): Change[] {
  return [...files]
    .filter(([file, text]) => extractFacts(file, text).broken)
    .map(([file]) => ({ file, text: originals[file] }));
}

/** Applies a change to a map of texts. */
export function applyChange(files: Map<string, string>, { file, text }: Change): void {
  if (text === undefined) files.delete(file);
  else files.set(file, text);
}
