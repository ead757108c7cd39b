/** Which page shows the rows that an action changes: one that renders what uses the action, and reads the model itself. */
import type { FileId } from '../base/path.ts';
import { routePath } from '../project/routePath.ts';
import type { Abs } from './abs.ts';
import type { Entry } from './entries.ts';
import type { DbEffect } from './summary.ts';
import type { WorkspaceView } from './view.ts';

export interface ShowingPage {
  file: FileId;
  entry: Entry;
  /** `/posts/[id]`. */
  path: string;
  /** A layout: what is below it shows the rows as well. */
  isLayout: boolean;
}

const MAX_FILES = 60;
const MAX_DISTANCE = 6;

/** The nearest page or layout above some files that reads what was written. */
export function pageShowing(
  view: WorkspaceView,
  users: readonly FileId[],
  writes: readonly DbEffect[],
): { page: ShowingPage; write: DbEffect } | undefined {
  const seen = new Set<FileId>(users);
  let level: readonly FileId[] = [...seen];
  for (let distance = 0; distance <= MAX_DISTANCE && level.length > 0; distance++) {
    const next: FileId[] = [];
    for (const file of [...level].toSorted()) {
      const found = view.role(file) === 'page' ? readOn(view, file, writes) : undefined;
      if (found) return found;
      for (const importer of view.importers(file)) {
        if (seen.has(importer) || seen.size >= MAX_FILES) continue;
        seen.add(importer);
        next.push(importer);
      }
    }
    level = next;
  }
  return undefined;
}

function readOn(
  view: WorkspaceView,
  file: FileId,
  writes: readonly DbEffect[],
): { page: ShowingPage; write: DbEffect } | undefined {
  const app = view.app(file);
  const path = app && routePath(app, file);
  if (path === undefined) return undefined;
  for (const entry of view.entries(file)) {
    if (entry.kind !== 'page') continue;
    for (const write of writes)
      if (entry.effects.some((effect) => isRead(effect) && shows(view, file, effect, write)))
        return {
          page: { file, entry, path, isLayout: /(^|\/)(layout|template)\.[jt]sx?$/.test(file) },
          write,
        };
  }
  return undefined;
}

const isRead = ({ kind, sure }: DbEffect): boolean => kind === 'read' && sure;

/** Whether a read gives rows that a write changes: of the model itself, or related rows that it includes. */
function shows(view: WorkspaceView, file: FileId, read: DbEffect, write: DbEffect): boolean {
  if (isUnseen(write)) return false;
  const { args } = read;
  const select = args.k === 'object' ? args.props['select'] : undefined;
  if (read.model === write.model) return overlaps(select, write);
  const schema = view.schema(file);
  const model = schema?.modelOf(read.model);
  const wanted = schema?.modelOf(write.model)?.name;
  if (!schema || !model || wanted === undefined || args.k !== 'object') return false;
  const look = (from: string, value: Abs | undefined, depth: number): boolean => {
    if (value?.k !== 'object' || depth > 4) return false;
    return Object.entries(value.props).some(([name, inner]) => {
      if (name === '_count') return false;
      const target = schema.relationTarget(from, name);
      if (!target || (inner.k === 'lit' && inner.v === false)) return false;
      if (target.name === wanted) return true;
      return (
        inner.k === 'object' &&
        (look(target.name, inner.props['include'], depth + 1) ||
          look(target.name, inner.props['select'], depth + 1))
      );
    });
  };
  return look(model.name, args.props['include'], 0) || look(model.name, select, 0);
}

/** Tokens and codes that go to one person by mail, with the times that belong to them. */
function isUnseen({ op, args }: DbEffect): boolean {
  const data = op.startsWith('update') && args.k === 'object' ? args.props['data'] : undefined;
  if (data?.k !== 'object' || data.open) return false;
  const names = Object.keys(data.props);
  return (
    names.some((name) => UNSEEN.test(name)) &&
    names.every((name) => UNSEEN.test(name) || /expir|sentAt$|attempts?$/i.test(name))
  );
}

const UNSEEN = /token|secret|otp|hash|password|verification_?code|reset_?code/i;

/** A write that is known to change other columns than the ones that are read changes nothing there. */
function overlaps(select: Abs | undefined, write: DbEffect): boolean {
  if (!write.op.startsWith('update') || select?.k !== 'object' || select.open || write.args.k !== 'object')
    return true;
  const data = write.args.props['data'];
  if (data?.k !== 'object' || data.open || data.spread) return true;
  return Object.keys(data.props).some((name) => name in select.props);
}
