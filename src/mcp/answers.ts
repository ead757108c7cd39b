/** What the tools answer: short lines with `file:line`, cut into pages. */
import { plain } from '../report/model.ts';
import type { Engine } from '../engine.ts';
import { RequestError } from './workspace.ts';

type MapApp = ReturnType<Engine['map']>['apps'][number];
type MapEntry = MapApp['entries'][number];
export type Found = ReturnType<Engine['check']>[number];

const list = (label: string, names: readonly string[] | undefined): string[] =>
  names && names.length > 0 ? [`${label} ${names.join(', ')}`] : [];

/** One entry of the map on one line. */
export function entryLine(entry: MapEntry): string {
  const guard =
    entry.guard === undefined
      ? []
      : [`guard ${entry.guard}${entry.guardDetail === undefined ? '' : ` (${entry.guardDetail})`}`];
  return plain(
    [
      `${entry.kind} ${entry.label}  ${entry.file}:${entry.range.start.line + 1}`,
      ...guard,
      ...list('roles', entry.roles),
      ...list('reads', entry.reads),
      ...list('writes', entry.writes),
      ...list('validates', entry.validation),
      ...list(
        'calls',
        entry.calls?.map((id) => id.slice(id.indexOf(':') + 1)),
      ),
      ...list('revalidates', entry.revalidates),
      ...list('keys', entry.key),
      ...list('fields', entry.fields),
      ...list('foreign keys', entry.foreignKeys),
      ...(entry.owner === undefined ? [] : [`owner ${entry.owner}`]),
      ...(entry.list === undefined ? [] : [`list ${entry.list}`]),
      ...(entry.cached ? ['cached'] : []),
      ...(entry.transaction ? ['transaction'] : []),
      ...(entry.result === undefined ? [] : [`answers ${entry.result}`]),
      ...(entry.kind === 'env' || entry.kind === 'migration' || entry.kind === 'proxy'
        ? list('is', entry.detail === undefined ? [] : [entry.detail])
        : []),
      ...(entry.doc === undefined ? [] : [`"${entry.doc}"`]),
    ].join(' · '),
  );
}

export function findingLine({ rule, severity, file, range, message, fixes }: Found): string {
  const fix = fixes.length > 0 ? ` [fix: ${fixes.map(({ recipe }) => recipe).join(', ')}]` : '';
  return plain(
    `${severity} ${file}:${range.start.line + 1}:${range.start.character + 1} ${rule}: ${message}${fix}`,
  );
}

/** How well an entry fits words of a question: names count most. */
export function fit(entry: MapEntry, words: readonly string[]): number {
  const name = `${entry.label} ${entry.file}`.toLowerCase();
  const rest = entryLine(entry).toLowerCase();
  return words.reduce((sum, word) => sum + (name.includes(word) ? 3 : rest.includes(word) ? 1 : 0), 0);
}

/**
 * A page of lines, with where to go on.
 * @param cursor number of the first line, as an earlier answer gave it
 * @throws RequestError for a cursor that no answer gave
 */
export function page(lines: readonly string[], limit: number, cursor: string | undefined): string {
  const from = cursor === undefined ? 0 : Number(cursor);
  if (!Number.isInteger(from) || from < 0 || from > lines.length)
    throw new RequestError('This cursor is none that an answer gave.');
  const shown = lines.slice(from, from + limit);
  const rest = lines.length - from - shown.length;
  return [
    ...(shown.length > 0 ? shown : ['nothing found']),
    ...(rest > 0 ? [`… ${rest} more: cursor "${from + shown.length}"`] : []),
  ].join('\n');
}
