import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { firstMap, mapPlaces, staleIn } from '../../map/document.ts';
import type { Stale } from '../../map/markdown/stale.ts';
import type { FileEdits } from '../../run/finding.ts';

const GONE: FixOutcome = { refuse: 'The map has changed meanwhile.' };

export const fixes = [
  defineFix({
    id: 'update-line',
    title: ({ kind }) =>
      kind === 'conflict' ? 'Settle the merge, keeping texts of both sides' : 'Update this part of the map',
    trust: 'safe',
    preferred: true,
    edit: ({ workspace, file, data }) =>
      withEdits(
        file,
        staleIn(workspace, file).filter(
          ({ kind, section, label, start }) =>
            kind === data['kind'] &&
            section === data['section'] &&
            label === data['label'] &&
            start === data['start'],
        ),
      ),
  }),
  defineFix({
    id: 'update-map',
    title: () => 'Update everything that is stale in the map',
    trust: 'suggestion',
    preferred: false,
    edit: ({ workspace, file }) => withEdits(file, staleIn(workspace, file)),
  }),
  defineFix({
    id: 'add-line',
    title: () => 'Add its line to the backend map',
    trust: 'suggestion',
    preferred: false,
    edit: addLine,
  }),
  defineFix({
    id: 'write-map',
    title: () => 'Write the backend map',
    trust: 'suggestion',
    preferred: false,
    edit: writeMaps,
  }),
];

function withEdits(file: string, stale: readonly Stale[]): FixOutcome {
  const edits = stale.flatMap((one) => one.edits);
  return edits.length === 0 ? GONE : { changes: [{ file, create: false, edits }] };
}

function addLine({ workspace, data }: FixContext): FixOutcome {
  const { map, section, id } = data;
  if (typeof map !== 'string') return GONE;
  const stale = staleIn(workspace, map);
  const own = stale.filter((one) => one.section === section && one.id === id);
  // A part that has to be written anew as a whole brings the line along.
  return withEdits(
    map,
    own.length > 0 ? own : stale.filter((one) => one.section === section && one.kind === 'section'),
  );
}

function writeMaps({ workspace, data }: FixContext): FixOutcome {
  const roots = Array.isArray(data['roots']) ? data['roots'] : [];
  const changes = mapPlaces(workspace)
    .filter(({ root, exists }) => !exists && roots.includes(root))
    .flatMap(({ root, file }): FileEdits[] => {
      const text = firstMap(workspace, root);
      return text === undefined ? [] : [{ file, create: true, edits: [{ start: 0, end: 0, text }] }];
    });
  return changes.length === 0 ? { refuse: 'There is nothing to map yet.' } : { changes };
}
