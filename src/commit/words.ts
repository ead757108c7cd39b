/** How a message says names: those of a workspace are hostile text, and a line has only so much room. */
import type { Part } from './model.ts';

/** A message before its length is known. */
export interface Draft {
  type: string;
  scope: string | undefined;
  /** The subject with so many names at most. */
  subject(shown: number): string;
}

/** Names on one line: neither a line break nor a control character is handed on. */
export const clean = (name: string): string =>
  // eslint-disable-next-line no-control-regex -- the control characters are what this is about
  name.replace(/[\u0000-\u0020\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, ' ');

/** `a, b and 3 more`. @param shown how many names there may be */
export function list(names: readonly string[], shown = 3): string {
  const all = [...new Set(names.map(clean))];
  if (all.length <= shown) {
    const last = all.at(-1) ?? '';
    return all.length < 2 ? last : `${all.slice(0, -1).join(', ')} and ${last}`;
  }
  const rest = all.length - Math.max(1, shown - 1);
  return `${all.slice(0, all.length - rest).join(', ')} and ${rest} more`;
}

/** A file by its last folder and name, everything else as it is called. */
export function shortName(name: string): string {
  if (!/\.\w+$/.test(name) || name.startsWith('/') || name.includes(' ')) return name;
  return name
    .split('/')
    .slice(-2)
    .join('/')
    .replace(/\.[cm]?[jt]sx?$/, '');
}

/** `getPosts` of `queries/getPosts.ts`; the folder's name for an index. */
function fileName(file: string): string {
  const pieces = file.replace(/\.[cm]?[jt]sx?$/, '').split('/');
  const name = (pieces.at(-1) === 'index' ? pieces.at(-2) : pieces.at(-1)) ?? file;
  // `my` of `lib/actions/my.ts` is no name that people know.
  return name.length < 5 ? shortName(file) : name;
}

/** Names that say nothing without their file. */
const generic = new Set('config default handler html main options run text'.split(' '));

/** What parts are called; of an address with many methods the address. */
export function namesOf(parts: readonly Part[]): string[] {
  const methods = new Map<string, number>();
  const addressOf = (name: string) => /^[A-Z]+ (\/.*)$/.exec(name)?.[1];
  for (const { name } of parts) {
    const address = addressOf(name);
    if (address !== undefined) methods.set(address, (methods.get(address) ?? 0) + 1);
  }
  const files = new Map<string, Set<string>>();
  for (const { name, file } of parts) files.set(name, (files.get(name) ?? new Set()).add(file));
  return parts.map(({ name, file }) => {
    // A name that several files have is none: people call such functions by their file.
    const isCommon = (files.get(name)?.size ?? 0) > 1 || generic.has(name);
    if (isCommon && addressOf(name) === undefined) return fileName(file);
    const address = addressOf(name);
    return address !== undefined && (methods.get(address) ?? 0) > 2 ? address : shortName(name);
  });
}

/** Lines of at most so many characters, as far as words allow; those after the first begin with blanks. */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}
