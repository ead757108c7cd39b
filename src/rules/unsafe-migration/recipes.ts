/** Which risks have a safe form that can be written mechanically. */
import type { SqlAlterCommand, SqlFacts, SqlStatement } from '../../facts/sqlModel.ts';
import type { LockRisk } from '../../prisma/lockRisk.ts';

type AlterTable = Extract<SqlStatement, { kind: 'alter-table' }>;

/** The `ALTER TABLE` of a risk and its command; undefined for other statements and inside a procedural body. */
export function alterOf(
  facts: SqlFacts,
  risk: LockRisk,
): { statement: AlterTable; command: SqlAlterCommand } | undefined {
  const statement = facts.statements[risk.index];
  if (statement?.kind !== 'alter-table' || risk.inBlock) return undefined;
  const command = statement.commands.find((item) => item.span.start === risk.clause.start);
  return command && { statement, command };
}

export function hasRecipe(facts: SqlFacts, risk: LockRisk): boolean {
  if (risk.inBlock) return false;
  const alter = alterOf(facts, risk);
  switch (risk.kind) {
    case 'index':
      return facts.statements[risk.index]?.kind === 'create-index';
    case 'concurrently':
    case 'new-value':
      return true;
    case 'foreign-key':
    case 'check':
    case 'unique':
      return alter?.command.command === 'add-constraint' && alter.command.constraint.name !== undefined;
    case 'domain': {
      const statement = facts.statements[risk.index];
      return (
        statement?.kind === 'alter-domain' && statement.change === 'add-constraint' && risk.name !== undefined
      );
    }
    case 'attach-partition':
      return (
        risk.columns.length === 1 &&
        alter?.command.command === 'attach-partition' &&
        (alter.command.bound.bound === 'range' ||
          (alter.command.bound.bound === 'list' && !alter.command.bound.null))
      );
    case 'rewrite-column': {
      if (risk.to !== undefined || alter?.command.command !== 'add-column') return false;
      const { column } = alter.command;
      return (
        !column.identity && !column.generated && !column.unique && !column.primaryKey && !column.references
      );
    }
    case 'set-not-null':
    case 'add-required':
      return alter !== undefined;
    default:
      return false;
  }
}
