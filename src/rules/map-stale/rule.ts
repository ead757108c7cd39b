import { z } from 'zod';
import type { FileId } from '../../base/path.ts';
import { mapPlaces, staleIn } from '../../map/document.ts';
import type { Stale } from '../../map/markdown/stale.ts';
import { TOLD_IN_CODE, undocumentedIn } from '../../map/undocumented.ts';
import type { WorkspaceView } from '../../workspace/view.ts';
import { defineRule } from '../rule.ts';
import type { Report, RuleContext } from '../rule.ts';

export const rule = defineRule({
  meta: {
    id: 'map-stale',
    title: 'The backend map says what the code does.',
    sections: ['S6'],
    severity: 'warning',
    fix: 'safe',
    needs: 'workspace',
    kinds: ['backend-map', 'ts', 'prisma'],
    // Whatever is mended in the code, the map has to follow.
    behind: ['*'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      changed: '{label} is not so any more: {detail}. The map is read instead of the code: update this line.',
      gone: '{label} is no longer there{detail}. The map is read instead of the code: update this line.',
      missing: '{label} has no line here. The map is read instead of the code: add the line.',
      section: 'The part “{label}” is not as it should be ({detail}). Update the map; text of yours is kept.',
      unmarked:
        'This map was written by hand, and nothing tells when it is no longer true. Take it over: purposes, columns and sections of yours are kept.',
      stray: 'This marker has lost its other half, so what belongs to it is not kept up to date. Remove it.',
      hidden: 'Parts of this map can not be kept up to date: {detail}. Close it.',
      conflict: 'A merge left its marks here, so the map says two things at once. Settle it.',
      undocumented:
        '{name} has no line in {map}. Who reads the map instead of the code will not know of it: add the line.',
      absent: '{maps} is missing. People and agents read it instead of scanning the code: write it.',
    },
  },
  check(context) {
    const { facts, file, workspace } = context;
    if (facts.kind === 'backend-map') checkMap(context, facts.zones.length === 0);
    if (facts.kind === 'ts' || facts.kind === 'prisma')
      for (const { id, name, section, map, place } of undocumentedIn(workspace, file))
        context.report({
          place: 'whole' in place ? { span: place.name } : { at: place.at },
          message: 'undocumented',
          data: { name, map },
          fixes: [{ recipe: 'add-line', data: { map, section, id } }],
        });
    if (facts.kind === 'prisma') checkAbsent(context);
  },
});

function checkMap({ workspace, file, report }: RuleContext<unknown>, isUnmarked: boolean): void {
  const stale = staleIn(workspace, file);
  const [first] = stale;
  if (isUnmarked && first && stale.every(({ kind }) => kind === 'section')) {
    report({
      place: { span: { start: 0, end: firstLineEnd(workspace, file) } },
      message: 'unmarked',
      fixes: [{ recipe: 'update-map' }],
    });
    return;
  }
  for (const one of stale) {
    if (one.kind === 'missing' && TOLD_IN_CODE.has(one.section)) continue;
    report({
      place: { span: { start: one.start, end: one.end } },
      ...words(one),
      // What is drawn from many entries at once says nothing that their own lines don't say.
      ...(DERIVED.has(one.section) ? { severity: 'info' as const } : {}),
      fixes:
        one.edits.length === 0
          ? []
          : [
              {
                recipe: 'update-line',
                data: { kind: one.kind, section: one.section, label: one.label, start: one.start },
              },
              ...(stale.length > 1 ? [{ recipe: 'update-map' }] : []),
            ],
    });
  }
}

const DERIVED = new Set(['tldr', 'apps', 'access', 'graph']);

function firstLineEnd(workspace: WorkspaceView, file: FileId): number {
  const facts = workspace.facts(file);
  if (facts?.kind !== 'backend-map') return 0;
  const end = facts.text.search(/[\r\n]/);
  return end < 0 ? facts.text.length : end;
}

function words({ kind, label, detail = '', edits }: Stale): Pick<Report, 'message' | 'data'> {
  switch (kind) {
    case 'changed':
      return { message: 'changed', data: { label, detail: detail === '' ? 'the code has changed' : detail } };
    case 'gone':
      return { message: 'gone', data: { label, detail: detail === '' ? '' : ` (${detail})` } };
    case 'missing':
      return { message: 'missing', data: { label } };
    case 'section':
      return { message: 'section', data: { label, detail: detail === '' ? 'it is missing' : detail } };
    case 'damaged':
      return edits.length === 0 ? { message: 'hidden', data: { detail } } : { message: 'stray' };
    case 'conflict':
      return { message: 'conflict' };
  }
}

/** One finding for all maps that lack, where the database is named: what no application queries needs no map. */
function checkAbsent({ workspace, file, report }: RuleContext<unknown>): void {
  const source = workspace.schema(file)?.datasources.find((candidate) => candidate.file === file);
  if (!source || workspace.withTrait('client').length === 0) return;
  const schema = workspace.schemaRoot(file)?.id;
  const absent = mapPlaces(workspace).filter((place) => !place.exists && place.schema === schema);
  const [first] = absent;
  if (!first) return;
  report({
    place: { span: source.nameSpan },
    message: 'absent',
    data: { maps: absent.map((place) => place.file).join(' and ') },
    fixes: [{ recipe: 'write-map', data: { roots: absent.map(({ root }) => root) } }],
  });
}
