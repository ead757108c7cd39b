/** Foreign keys that begin to delete or to empty rows, though nothing is lost by the migration itself. */
import { tableKey } from './dbModel.ts';
import type { DbForeignKey, DbTable } from './dbModel.ts';

/** What deletes do from now on, when the same key did less before; Prisma drops and adds such a key without a word. */
export function spreadBy(
  before: DbTable | undefined,
  key: Pick<DbForeignKey, 'columns' | 'to'>,
): 'cascade' | 'set null' | undefined {
  const { onDelete } = key.to;
  const former = before?.foreignKeys.find(
    (other) =>
      other.columns.join() === key.columns.join() &&
      tableKey(other.to.table) === tableKey(key.to.table) &&
      other.to.onDelete !== onDelete,
  );
  if (!former || (onDelete !== 'cascade' && onDelete !== 'set null')) return undefined;
  // From cascade to null fewer rows go than before.
  return onDelete === 'set null' && former.to.onDelete === 'cascade' ? undefined : onDelete;
}
