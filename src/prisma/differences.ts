/** The differences between a schema and the migrations that nothing is said of elsewhere, in words. */
import type { Origin } from './desired.ts';
import type { PendingChange } from './pending.ts';
import type { Step, TableChange } from './step.ts';

export interface Difference {
  at: Origin;
  /** What the missing migration would do, as the object of "would": ``add `city` to `User` ``. */
  would: string;
}

/** In the order of the migration; steps that come along with others, and steps that touch rows, are left out. */
export function plainDifferences({ steps, effects }: PendingChange): Difference[] {
  const isTold = (step: Step, change?: TableChange): boolean =>
    effects.some((effect) =>
      [effect, effect.other].some(
        (told) => told?.step === step && (change === undefined || told.change === change),
      ),
    );
  const created = new Set(steps.flatMap((step) => (step.s === 'create-table' ? [step.table] : [])));
  return steps.flatMap((step): Difference[] => {
    if (step.s === 'alter-table')
      return step.changes.flatMap((change) =>
        isTold(step, change) ? [] : { at: change.at, would: changeText(step.table.name, change) },
      );
    if (isTold(step)) return [];
    // The keys and indexes of a new table belong to it.
    if ((step.s === 'create-index' || step.s === 'add-foreign-key') && created.has(step.table)) return [];
    if (step.s === 'drop-foreign-key') {
      const isAgain = steps.some(
        (other) => other.s === 'add-foreign-key' && other.table.name === step.table.name,
      );
      const goesAlong = steps.some(
        (other) =>
          (other.s === 'drop-table' && other.table === step.table) ||
          (other.s === 'alter-table' && other.table === step.table),
      );
      if (isAgain || goesAlong) return [];
    }
    return [{ at: step.at, would: stepText(step) }];
  });
}

function changeText(table: string, change: TableChange): string {
  const of = `of \`${table}\``;
  switch (change.c) {
    case 'add-column':
      return `add \`${change.to.name}\` to \`${table}\``;
    case 'drop-column':
      return `drop \`${change.from.name}\` ${of}`;
    case 'recreate-column':
    case 'alter-column':
      return `change \`${change.from.name}\` ${of}`;
    case 'drop-primary-key':
    case 'add-primary-key':
    case 'rename-primary-key':
      return `change the primary key ${of}`;
  }
}

function stepText(step: Exclude<Step, { s: 'alter-table' }>): string {
  switch (step.s) {
    case 'create-schema':
      return `create the schema \`${step.name}\``;
    case 'create-enum':
      return `create the enum \`${step.enum.name}\``;
    case 'alter-enum':
      return `change the values of the enum \`${step.enum.name}\``;
    case 'drop-enum':
      return `drop the enum \`${step.name.name}\``;
    case 'drop-table':
      return `drop the table \`${step.table.name}\``;
    case 'create-table':
      return `create the table \`${step.table.name}\``;
    case 'drop-index':
      return `drop the index \`${step.name}\``;
    case 'create-index':
      return `create the index \`${step.index.name}\``;
    case 'rename-index':
      return `rename the index \`${step.from}\` to \`${step.to}\``;
    case 'drop-foreign-key':
      return `drop the foreign key \`${step.name}\``;
    case 'add-foreign-key':
      return `add the foreign key \`${step.key.name}\``;
    case 'rename-foreign-key':
      return `rename the foreign key \`${step.from}\` to \`${step.to}\``;
  }
}
