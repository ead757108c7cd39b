import { plain } from '../report/model.ts';
import type { Colours } from '../report/pretty.ts';

const label = (key: string) => key.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);

function isPlainList(value: readonly unknown[]): boolean {
  return value.every((item) => typeof item !== 'object' || item === null);
}

function lines(value: unknown, indent: string, colours: Colours): string[] {
  if (typeof value !== 'object' || value === null) return [indent + plain(String(value))];
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) => {
      const [first = '', ...rest] = lines(item, `${indent}  `, colours);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  }
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) => {
    if (item === undefined) return [];
    const head = `${indent}${colours.bold(label(key))}:`;
    if (typeof item !== 'object' || item === null) return [`${head} ${plain(String(item))}`];
    if (Array.isArray(item) && isPlainList(item))
      return [item.length === 0 ? `${head} ${colours.dim('none')}` : `${head} ${plain(item.join(', '))}`];
    return [head, ...lines(item, `${indent}  `, colours)];
  });
}

/** `check --stats`: what the engine found in the workspace and why, as an indented list. */
export function renderStats(stats: unknown, colours: Colours): string {
  return `${lines(stats, '', colours).join('\n')}\n\n`;
}
