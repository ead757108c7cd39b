import { z } from 'zod';
import { given } from '../../base/given.ts';
import type { LockRisk } from '../../prisma/lockRisk.ts';
import type { MigrationState } from '../../workspace/migrations.ts';
import { defineRule } from '../rule.ts';
import type { Related, Report } from '../rule.ts';
import { hasRecipe } from './recipes.ts';

const everything = 'every other query on it waits meanwhile, `SELECT` included';

export const rule = defineRule({
  meta: {
    id: 'unsafe-migration',
    title: 'A new migration neither locks a table that is in use nor fails on rows that exist.',
    sections: ['S1', 'S4'],
    severity: 'warning',
    fix: 'dangerous',
    needs: 'file',
    kinds: ['sql'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      addRequired:
        'The new column `{column}` is NOT NULL and nothing fills it, so this fails in the deploy as soon as {table} has a row. Add it without NOT NULL, deploy code that writes it, fill the old rows, and require it in a later migration; or give it a constant DEFAULT.',
      setNotNull:
        'This fails in the deploy when a row of {table} has no `{column}`, and it reads the whole table under an ACCESS EXCLUSIVE lock: {everything}. Fill the rows first, then `ADD CONSTRAINT … CHECK ("{column}" IS NOT NULL) NOT VALID`, and validate that in a later migration, after which SET NOT NULL has nothing to read.',
      setNotNullFilled:
        'This reads the whole of {table} under an ACCESS EXCLUSIVE lock: {everything}. On a big table `ADD CONSTRAINT … CHECK ("{column}" IS NOT NULL) NOT VALID` here and `VALIDATE CONSTRAINT` before SET NOT NULL in a later migration leave it nothing to read.',
      index:
        'Every INSERT, UPDATE and DELETE on {table} waits until the index is built (SHARE lock); reads go on. `CREATE INDEX CONCURRENTLY` blocks neither; it must be alone in its migration.',
      uniqueIndex:
        'This fails in the deploy when two rows of {table} have the same {columns}, and every INSERT, UPDATE and DELETE on it waits until the index is built (SHARE lock). Look for duplicates first; `CREATE UNIQUE INDEX CONCURRENTLY`, alone in its migration, lets writes go on.',
      foreignKey:
        'Every INSERT, UPDATE and DELETE on {table} and {other} waits while all rows of {table} are checked (SHARE ROW EXCLUSIVE lock on both), and it fails in the deploy when one of them points nowhere. Add the key `NOT VALID`, which checks new rows only, and `VALIDATE CONSTRAINT` in a later migration, which lets writes go on.',
      foreignKeyLock:
        'Every INSERT, UPDATE and DELETE on {table} and {other} waits while all rows of {table} are read (SHARE ROW EXCLUSIVE lock on both). Add the key `NOT VALID`, and `VALIDATE CONSTRAINT` in a later migration, which lets writes go on.',
      check:
        'This reads all rows of {table} under an ACCESS EXCLUSIVE lock ({everything}), and fails in the deploy when one of them breaks the rule. Add it `NOT VALID`, which checks new rows only, and `VALIDATE CONSTRAINT` in a later migration, which lets writes go on.',
      checkColumn:
        'For the CHECK beside the new column this reads all rows of {table} under an ACCESS EXCLUSIVE lock: {everything}. Add the column without it, the rule with `ADD CONSTRAINT … NOT VALID`, and `VALIDATE CONSTRAINT` in a later migration, which lets writes go on.',
      noCast:
        'This fails in every database, with rows or without: PostgreSQL has no cast from {from} to {to} that it takes by itself. Say with `USING` how the values are made, or add a column of the new type, write both, copy, switch the code, and drop the old column in a later migration.',
      unique:
        'The index behind this constraint is built under an ACCESS EXCLUSIVE lock on {table}: {everything}{duplicates}. Build it with `CREATE UNIQUE INDEX CONCURRENTLY`, alone in its migration, and take it over in the next one with `ADD CONSTRAINT … {type} USING INDEX`.',
      rewriteType:
        'Changing {from} to {to} writes every row of {table} and its indexes anew under an ACCESS EXCLUSIVE lock: {everything}. Add a column of the new type, write both, copy in batches, switch the code, and drop the old column in a later migration.',
      rewriteEnum:
        'Exchanging the enum {to} writes every row of {table} and its indexes anew under an ACCESS EXCLUSIVE lock: {everything}. To add or rename a value, `ALTER TYPE … ADD VALUE` and `RENAME VALUE` change the catalogue only; a value that is no longer used can simply stay.',
      rewriteZone:
        "Changing {from} to {to} writes every row of {table} anew under an ACCESS EXCLUSIVE lock ({everything}), unless the session’s time zone is UTC, when only the catalogue changes. Put `SET LOCAL timezone = 'UTC'` before it if that is what the values mean.",
      rewriteColumn:
        'The value of the new column `{column}` is computed for each row, so every row of {table} is written anew under an ACCESS EXCLUSIVE lock: {everything}. Add the column without it, set the default for new rows, and fill the old ones in a later migration.',
      rewriteColumnUnknown:
        'If the function in the default of `{column}` is volatile, as functions are unless they say otherwise, every row of {table} is written anew under an ACCESS EXCLUSIVE lock: {everything}. Then add the column without it, set the default for new rows, and fill the old ones in a later migration.',
      rewriteDomain:
        'The domain {to} has rules of its own, and for them every row of {table} is written anew under an ACCESS EXCLUSIVE lock: {everything}. Give the new column the type behind the domain, and its rule as a CHECK that is added `NOT VALID`.',
      attachPartition:
        'This reads all rows of {table} under an ACCESS EXCLUSIVE lock ({everything}), and fails in the deploy when one of them lies outside the bounds. Add a CHECK of the same bounds `NOT VALID`, and `VALIDATE CONSTRAINT` before ATTACH PARTITION in a later migration: then it has nothing to read.',
      defaultPartition:
        'For the new partition all rows of the default one, {table}, are read under an ACCESS EXCLUSIVE lock ({everything}), and it fails in the deploy when one of them belongs in the new one. Move such rows first, and let a validated CHECK on {table} rule them out: then there is nothing to read.',
      domain:
        'Every INSERT, UPDATE and DELETE on the tables with a column of `{to}` ({columns}) waits while their rows are read (SHARE lock), and it fails in the deploy when a value breaks the rule. Add it as a CHECK that is `NOT VALID`, and `VALIDATE CONSTRAINT` in a later migration.',
      exclude:
        'The index behind this rule is built under an ACCESS EXCLUSIVE lock on {table} ({everything}), and it fails in the deploy when two rows exclude each other. There is no way to build it without the lock: look for such rows first, and do it in a quiet hour.',
      newValue:
        'The new value `{to}` can’t be used in the transaction that adds it. Prisma since 7.4 runs each statement on its own, but before it, and between BEGIN and COMMIT, this fails. Add the value in a migration of its own, before this one.',
      concurrently:
        'CONCURRENTLY can’t run inside a transaction, and Prisma before 7.4 sends a migration of several statements as one: it fails in the deploy. Move it to a migration of its own.',
      maintenance:
        'This works under a lock that makes queries wait until it is done{table}. Run it by hand in a quiet hour, or in a form that doesn’t lock (`REINDEX … CONCURRENTLY`), not in a deploy.',
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
    for (const risk of migration.risks) {
      const made = reportOf(migration, risk);
      const isMechanical = isNew && hasRecipe(facts, risk);
      report({
        ...made,
        related: relatedTo(migration, risk),
        fixes: isMechanical ? [{ recipe: 'safe-recipe', data: { kind: risk.kind } }] : [],
      });
    }
  },
});

function reportOf(migration: MigrationState, risk: LockRisk): Report {
  const { columns, weight } = risk;
  const label = (table: { name: string; schema?: string }): string => {
    const model = migration.schema?.modelOfTable(table.name, table.schema)?.name;
    return `\`${table.name}\`${model !== undefined && model !== table.name ? ` (model \`${model}\`)` : ''}`;
  };
  const data: Record<string, string> = {
    table:
      risk.kind === 'maintenance'
        ? risk.table.name === ''
          ? ''
          : ` with ${label(risk.table)}`
        : label(risk.table),
    other: risk.other ? label(risk.other) : 'the table it points to',
    column: columns[0] ?? '',
    columns: columns.length > 0 ? columns.map((column) => `\`${column}\``).join(', ') : 'values',
    duplicates: risk.fails ? '; and it fails in the deploy when two rows have the same values' : '',
    type: risk.kind === 'primary-key' ? 'PRIMARY KEY' : 'UNIQUE',
    everything,
    ...given({ from: risk.from, to: risk.to }),
  };
  return {
    place: { span: risk.span },
    message: messageOf(risk),
    data,
    ...(weight === 'full' && !risk.inBlock && !isSmall(migration, risk) ? {} : { severity: 'info' }),
  };
}

/** A short table of named values: no lock on it lasts. What fails on its rows fails all the same. */
function isSmall(migration: MigrationState, risk: LockRisk): boolean {
  const model = migration.schema?.modelOfTable(risk.table.name, risk.table.schema);
  return !risk.fails && model !== undefined && migration.schema?.isLookup(model.name) === true;
}

const rewriteColumnOf = ({ weight, to }: LockRisk): string =>
  to !== undefined ? 'rewriteDomain' : weight === 'possible' ? 'rewriteColumnUnknown' : 'rewriteColumn';

function messageOf(risk: LockRisk): string {
  const { kind, fails, unique, weight, from, to } = risk;
  switch (kind) {
    case 'attach-partition':
      return 'attachPartition';
    case 'default-partition':
      return 'defaultPartition';
    case 'add-required':
      return 'addRequired';
    case 'set-not-null':
      return fails ? 'setNotNull' : 'setNotNullFilled';
    case 'index':
      return unique && fails ? 'uniqueIndex' : 'index';
    case 'foreign-key':
      return fails ? 'foreignKey' : 'foreignKeyLock';
    case 'unique':
    case 'primary-key':
      return 'unique';
    case 'new-value':
      return 'newValue';
    case 'no-cast':
      return 'noCast';
    case 'rewrite-type':
      return weight === 'possible' ? 'rewriteZone' : from === to ? 'rewriteEnum' : 'rewriteType';
    case 'rewrite-column':
      return rewriteColumnOf(risk);
    case 'check':
      return fails ? 'check' : 'checkColumn';
    case 'domain':
    case 'exclude':
    case 'concurrently':
    case 'maintenance':
      return kind;
  }
}

/** The model in the schema whose queries wait. */
function relatedTo({ schema }: MigrationState, risk: LockRisk): Related[] {
  const model = risk.table.name === '' ? undefined : schema?.modelOfTable(risk.table.name, risk.table.schema);
  return model
    ? [{ place: { file: model.file, span: model.nameSpan }, message: `The model \`${model.name}\`.` }]
    : [];
}
