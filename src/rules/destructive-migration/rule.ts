import { z } from 'zod';
import { given } from '../../base/given.ts';
import { acknowledgedMarker } from '../../prisma/acknowledgement.ts';
import type { Hazard } from '../../prisma/hazard.ts';
import type { MigrationState } from '../../workspace/migrations.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, Related, Report } from '../rule.ts';
import { canExpand, markerWithoutReason } from './clauses.ts';
import { canRename } from './renames.ts';

const lost = 'CRITICAL: this deletes {lost}{model}{others}.';
const meant = `Or take responsibility: \`-- ${acknowledgedMarker} <reason>\` above it.`;

export const rule = defineRule({
  meta: {
    id: 'destructive-migration',
    title: 'A new migration destroys no data unless somebody has taken responsibility for it.',
    sections: ['S1', 'S2'],
    severity: 'error',
    fix: 'dangerous',
    needs: 'file',
    kinds: ['sql'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      dropTable: `${lost} The version that is still running during the deploy fails as well. Ship code that no longer uses the table, save its rows, and drop it in a later migration. ${meant}`,
      dropColumn: `${lost} The version that is still running during the deploy fails as well. Ship code that neither reads nor writes the column, copy what is needed, and drop it in a later migration. ${meant}`,
      renameColumn: `${lost} It looks like a rename to \`{to}\`, and Prisma writes a rename as drop and add. \`RENAME COLUMN\` keeps the values, \`@map\` keeps even the column. ${meant}`,
      renameTable: `${lost} It looks like a rename to \`{to}\`, and Prisma writes a rename as drop and create. \`ALTER TABLE … RENAME TO\` keeps the rows, \`@@map\` keeps even the table. ${meant}`,
      recreateColumn: `${lost} The column is added again{as} and starts out empty. Add the new column under another name, copy the values with an \`UPDATE\`, switch the code, and drop the old column in a later migration. ${meant}`,
      narrowChanged: `CRITICAL: this cuts or rounds {lost}{model}, without an error{change}. Add a column of the new type, copy the values and look at those that differ, and drop the old column in a later migration. ${meant}`,
      narrowRejected: `CRITICAL: this fails in the deploy when it meets {lost}{model}{change}. Add a column of the new type, copy what fits and look at the rest, and drop the old column in a later migration. ${meant}`,
      narrowUnknown: `CRITICAL: this may cut {lost}{model}; no earlier migration says what type the column has. Check the values first. ${meant}`,
      enumRenamed: `CRITICAL: this removes {lost} and fails in the deploy when a row{used} still has it. It looks like a rename to \`{to}\`: \`ALTER TYPE … RENAME VALUE\` keeps the rows. ${meant}`,
      enumRemoved: `CRITICAL: this removes {lost} and fails in the deploy when a row{used} still has it. Give those rows another value in an earlier migration first. ${meant}`,
      deleteRows: `${lost} Delete the rows that are to go with a \`WHERE\`, after a backup. ${meant}`,
      updateAll: `CRITICAL: this overwrites {lost}{model}. Add a \`WHERE\`, or write into a new column. ${meant}`,
      dropType: `${lost} Change those columns to another type first, and drop the type without \`CASCADE\`. ${meant}`,
      dropTypeUsed: `CRITICAL: this fails in the deploy: the type still belongs to {lost}. Change those columns first; with \`CASCADE\` they would be deleted. ${meant}`,
      dropSchema: `${lost} Save what is in it, and drop its tables one by one in later migrations. ${meant}`,
      dropDatabase: `${lost} No migration should do that. ${meant}`,
      copiedBefore: `CRITICAL: this deletes {lost}{model}{others}. A statement above reads what goes, but nothing shows that every row and value was copied. Check that on a copy of the production data. ${meant}`,
      spreadDeletes: `CRITICAL: from now on, deleting a row of {parent} also takes {lost}{model}; before, the database did not. Prisma writes such a change without a warning. Keep the former action, or look at all code that deletes from {parent} first. ${meant}`,
      noReason: `CRITICAL: the acknowledgement gives no reason, so it doesn't count: {lost}{model} would go. Say behind \`acknowledged\` why that is right.`,
    },
  },
  check({ file, facts, role, workspace, report }) {
    if (facts.kind !== 'sql' || role !== 'migration') return;
    const committed = workspace.committed(file);
    const isAll = workspace.includeHistory(file);
    if (committed === true && !isAll) return;
    const migration = workspace.migrationState(file);
    if (!migration) return;
    // Without version control only the newest migration can be one that is being written.
    const isNew = committed === undefined ? migration.newest : !committed;
    if (!isNew && !isAll) return;
    for (const hazard of migration.hazards) {
      const marker = markerWithoutReason(facts, hazard);
      if (hazard.acknowledged && !marker) continue;
      const fixes = isNew ? offers(migration, hazard, facts, marker !== undefined) : [];
      const related = relatedTo(migration, hazard);
      if (hazard.readBy) related.push({ place: { span: hazard.readBy }, message: 'It is read here.' });
      if (marker) related.push({ place: { span: marker }, message: 'The acknowledgement without a reason.' });
      report({ ...reportOf(hazard), ...(marker ? { message: 'noReason' } : {}), related, fixes });
    }
  },
});

function offers(
  migration: MigrationState,
  hazard: Hazard,
  facts: Parameters<typeof canRename>[0],
  isMarked: boolean,
): FixRequest[] {
  const fixes: FixRequest[] = [];
  const data = {
    kind: hazard.kind,
    ...given({
      to: hazard.to,
      from: hazard.from ?? hazard.columns[0],
      column: hazard.columns[0],
      table: hazard.table?.name,
    }),
  };
  if (canRename(facts, hazard, migration.before)) fixes.push({ recipe: 'rename-instead', data });
  if (canExpand(facts, hazard)) fixes.push({ recipe: 'expand-contract', data });
  if (!isMarked) fixes.push({ recipe: 'acknowledge', data });
  return fixes;
}

function reportOf(hazard: Hazard): Report {
  const { table, model, columns, others } = hazard;
  const data: Record<string, string> = {
    lost: hazard.lost,
    model: model !== undefined && model !== table?.name ? ` (model \`${model}\`)` : '',
    others:
      others.length > 0 && (hazard.kind === 'truncate' || hazard.kind === 'delete-all')
        ? `, and with them rows of ${list(others)}`
        : '',
    parent: hazard.kind === 'spread-deletes' ? (others[0] ?? '') : '',
    to: hazard.to ?? '',
    as: hazard.to === undefined ? '' : ` as ${hazard.to}`,
    change:
      hazard.from !== undefined && hazard.to !== undefined ? ` (${hazard.from} becomes ${hazard.to})` : '',
    used:
      others.length > 0
        ? ` of ${list([...new Set(others)].map((name, index) => (others.length === 1 && columns[index] !== undefined ? `${name}.${columns[index]}` : name)))}`
        : '',
  };
  return {
    place: { span: hazard.span },
    message: messageOf(hazard),
    data,
    ...(hazard.certainty === 'possible' ? { severity: 'warning' } : {}),
  };
}

function messageOf(hazard: Hazard): string {
  if (hazard.readBy) return 'copiedBefore';
  switch (hazard.kind) {
    case 'drop-table':
      return 'dropTable';
    case 'drop-column':
      return 'dropColumn';
    case 'drop-schema':
      return 'dropSchema';
    case 'drop-database':
      return 'dropDatabase';
    case 'drop-type':
      return hazard.effect === 'rejected' ? 'dropTypeUsed' : 'dropType';
    case 'truncate':
    case 'delete-all':
      return 'deleteRows';
    case 'update-all':
      return 'updateAll';
    case 'spread-deletes':
      return 'spreadDeletes';
    case 'rename-column':
      return 'renameColumn';
    case 'rename-table':
      return 'renameTable';
    case 'recreate-column':
      return 'recreateColumn';
    case 'enum-value-removed':
      return hazard.to !== undefined && hazard.values.length === 1 && hazard.from === hazard.values[0]
        ? 'enumRenamed'
        : 'enumRemoved';
    case 'narrow-type':
      return hazard.from === undefined
        ? 'narrowUnknown'
        : hazard.effect === 'changed'
          ? 'narrowChanged'
          : 'narrowRejected';
  }
}

/** The model or field in the schema that stands for what is lost, while the schema still has it. */
function relatedTo({ schema }: MigrationState, hazard: Hazard): Related[] {
  const model = hazard.model === undefined ? undefined : schema?.model(hazard.model);
  if (!model) return [];
  const fields =
    hazard.fields.length === 1 ? model.fields.filter((field) => field.name === hazard.fields[0]) : [];
  const field = fields[0];
  return field
    ? [
        {
          place: { file: model.file, span: field.nameSpan },
          message: `The field \`${field.name}\` of \`${model.name}\`.`,
        },
      ]
    : [{ place: { file: model.file, span: model.nameSpan }, message: `The model \`${model.name}\`.` }];
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => `\`${name}\``);
  return `${shown.join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;
}
