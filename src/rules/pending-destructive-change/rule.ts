import { z } from 'zod';
import { given } from '../../base/given.ts';
import type { Hazard } from '../../prisma/hazard.ts';
import type { PendingEffect } from '../../prisma/pending.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, Report } from '../rule.ts';

const lost = 'CRITICAL: the next migration deletes {lost}{model}';
const expand =
  'Add a field of the new type beside this one, copy the values and look at those that differ, switch the code, and remove the old one in a later migration.';

export const rule = defineRule({
  meta: {
    id: 'pending-destructive-change',
    title: 'The schema asks for no migration that destroys data.',
    sections: ['S1', 'S2'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'file',
    kinds: ['prisma'],
    // A migration that is mended may need another schema.
    behind: ['destructive-migration', 'unsafe-migration', 'edited-migration'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      dropTable: `${lost}. The version that is still running during the deploy fails as well. Keep the model until no code uses it, save its rows, and remove it then.`,
      dropColumn: `${lost}. The version that is still running during the deploy fails as well. Keep the field until no code reads or writes it, and remove it then.`,
      renameColumn: `${lost}: Prisma writes the rename to \`{to}\` as drop and add. \`@map("{from}")\` keeps the column; or create the migration with \`--create-only\` and write \`RENAME COLUMN\` in it.`,
      renameTable: `${lost}: Prisma writes the rename to \`{to}\` as drop and create. \`@@map("{from}")\` keeps the table; or create the migration with \`--create-only\` and write \`RENAME TO\` in it.`,
      recreateColumn: `${lost}: no cast leads to the new type{as}, so the column is dropped and added again. ${expand}`,
      noCast:
        'The next migration fails in every database: PostgreSQL has no cast to the new type of `{table}`.`{column}`, and Prisma writes none. Add a second field of the new type, write both, copy the values, and remove this one later; or create the migration with `--create-only` and say with `USING` how the values are made.',
      narrowChanged: `CRITICAL: the next migration cuts or rounds {lost}{model}, without an error{change}. ${expand}`,
      narrowRejected: `CRITICAL: the next migration fails in the deploy when it meets {lost}{model}{change}. ${expand}`,
      enumRenamed:
        'CRITICAL: the next migration removes {lost} and fails in the deploy when a row{used} still has it. If it is a rename to `{to}`, `@map("{from}")` keeps the value.',
      enumRemoved:
        'CRITICAL: the next migration removes {lost} and fails in the deploy when a row{used} still has it. Give those rows another value in an earlier migration.',
      addRequired:
        'The next migration fails in the deploy if `{table}` has rows: nothing fills the new required column `{column}`{client}. Make it optional and fill it first, or give it a default that the database knows.',
      setRequired:
        'The next migration fails in the deploy if `{column}` of `{table}` is NULL in any row; a default fills new rows only. Fill those rows in an earlier migration.',
      unique:
        'The next migration fails in the deploy if two rows of `{table}` agree in {columns}. Remove what is there twice in an earlier migration.',
      foreignKey:
        'The next migration fails in the deploy if a row of `{table}` names one of `{other}` that isn’t there. Look for such rows in an earlier migration.',
      cascade:
        'From the next migration on, whoever deletes a row of `{table}` deletes its rows of `{other}` as well, and Prisma doesn’t warn of it. Say `onDelete: Restrict` unless they are to go.',
      setNull:
        'From the next migration on, whoever deletes a row of `{table}` empties {columns} of its rows of `{other}`, and Prisma doesn’t warn of it. Say `onDelete: Restrict` unless they are to lose it.',
    },
  },
  check({ file, facts, workspace, report }) {
    if (facts.kind !== 'prisma') return;
    for (const effect of workspace.pendingChange(file)?.effects ?? [])
      if (effect.at.file === file) {
        const found = reportOf(effect);
        if (found) report(found);
      }
  },
});

function reportOf(effect: PendingEffect): Report | undefined {
  const place = { span: effect.at.span };
  if (effect.e === 'hazard') {
    const report = hazardReport(effect);
    return report && { place, ...report };
  }
  if (effect.e === 'spread') {
    const { parent, child, columns, by } = effect.spread;
    return {
      place,
      severity: 'warning',
      message: by === 'cascade' ? 'cascade' : 'setNull',
      data: { table: parent, other: child, columns: list(columns) },
    };
  }
  const message = riskMessage(effect);
  const { risk, change } = effect;
  if (message === undefined) return undefined;
  const added = change?.c === 'add-column' || change?.c === 'recreate-column' ? change.to : undefined;
  const fixes: FixRequest[] =
    (message === 'addRequired' || message === 'setRequired') && change && 'to' in change
      ? [{ recipe: 'make-optional', data: { at: effect.at.span.start } }]
      : [];
  return {
    place,
    severity: 'warning',
    message,
    data: {
      table: risk.table.name,
      column: risk.columns[0] ?? '',
      columns: list(risk.columns),
      other: risk.other?.name ?? '',
      client:
        added?.filledByClient === true ? ', since Prisma Client gives its default to new rows only' : '',
    },
    fixes,
  };
}

function riskMessage({ risk }: Extract<PendingEffect, { e: 'risk' }>): string | undefined {
  switch (risk.kind) {
    case 'add-required':
      return 'addRequired';
    case 'set-not-null':
      return 'setRequired';
    case 'index':
    case 'unique':
    case 'primary-key':
      return 'unique';
    case 'foreign-key':
      return 'foreignKey';
    case 'no-cast':
      return 'noCast';
    // The others only lock; `unsafe-migration` tells of them in the migration.
    default:
      return undefined;
  }
}

function hazardReport({
  hazard,
  at,
  change,
}: Extract<PendingEffect, { e: 'hazard' }>): Omit<Report, 'place'> | undefined {
  const { table, model, columns, others, from, to } = hazard;
  const message = hazardMessage(hazard);
  if (message === undefined) return undefined;
  const isEnumRename = hazard.kind === 'enum-value-removed' && to !== undefined;
  const renamed =
    hazard.kind === 'rename-column' ? columns[0] : hazard.kind === 'rename-table' ? table?.name : undefined;
  // Where the schema says a name for the database, that one is meant.
  const isMapped = change?.c === 'add-column' && change.to.field?.dbName !== undefined;
  const old = renamed ?? (isEnumRename ? from : undefined);
  return {
    message,
    data: {
      lost: hazard.lost,
      model: model !== undefined && model !== table?.name ? ` (model \`${model}\`)` : '',
      from: old ?? '',
      to: to ?? '',
      as: to === undefined ? '' : ` ${to}`,
      change: from !== undefined && to !== undefined ? ` (${from} becomes ${to})` : '',
      used: others.length > 0 ? ` of ${list([...new Set(others)].slice(0, 3))}` : '',
    },
    ...(hazard.certainty === 'possible' ? { severity: 'warning' as const } : {}),
    fixes:
      old === undefined || isMapped
        ? []
        : [{ recipe: 'keep-name', data: { at: at.span.start, name: old, ...given({ to }) } }],
  };
}

function hazardMessage({ kind, effect, to }: Hazard): string | undefined {
  switch (kind) {
    case 'drop-table':
      return 'dropTable';
    case 'drop-column':
      return 'dropColumn';
    case 'rename-column':
      return 'renameColumn';
    case 'rename-table':
      return 'renameTable';
    case 'recreate-column':
      return 'recreateColumn';
    case 'narrow-type':
      return effect === 'changed' ? 'narrowChanged' : 'narrowRejected';
    case 'enum-value-removed':
      return to === undefined ? 'enumRemoved' : 'enumRenamed';
    // Prisma drops no schemas and deletes no rows.
    default:
      return undefined;
  }
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
