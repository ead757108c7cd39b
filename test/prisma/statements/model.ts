/** What is declared of each statement. */
import type { StatementEffect, StatementRow } from '../../../src/codegen/statementTable.ts';

export type { StatementEffect, StatementGroup, StatementRow } from '../../../src/codegen/statementTable.ts';

/** A statement, what it does, and what the rules say of it. */
export const row = (
  sql: string,
  effect: StatementEffect,
  more: Omit<StatementRow, 'sql' | 'effect'> = {},
): StatementRow => ({ sql, effect, ...more });
