/** Whether Prisma changes a column's type in place, or drops the column and adds it again without its values. */
import type { SqlType } from '../facts/sqlModel.ts';
import { tableKey } from './dbModel.ts';

const serials: Readonly<Record<string, string>> = { smallserial: 'int2', serial: 'int4', bigserial: 'int8' };

const integers = ['int2', 'int4', 'int8'];
const numbers = [...integers, 'numeric', 'float4', 'float8'];
const texts = ['text', 'varchar', 'bpchar'];

/** Types that Prisma writes `SET DATA TYPE` for, by the type before; `*`: any. Compared with the engine of Prisma 7.10. */
const casts: Readonly<Record<string, readonly string[]>> = {
  inet: ['citext', 'text', 'varchar'],
  money: ['*'],
  citext: ['*'],
  oid: ['text', 'varchar', 'int4', 'int8'],
  int2: [...numbers, ...texts],
  int4: [...numbers, ...texts],
  int8: [...numbers, ...texts],
  numeric: [...numbers, ...texts],
  float4: [...numbers, ...texts],
  float8: [...numbers, ...texts],
  varchar: texts,
  bpchar: texts,
  text: [...texts, 'citext'],
  xml: texts,
  json: ['jsonb', ...texts],
  jsonb: ['json', ...texts],
  bool: texts,
  bit: [...texts, 'varbit'],
  varbit: [...texts, 'bit', 'varbit'],
  uuid: texts,
  bytea: texts,
  date: ['timestamp', 'timestamptz', ...texts],
  timestamp: ['timestamp', 'timestamptz', 'date', 'time', 'timetz', ...texts],
  timestamptz: ['timestamp', 'timestamptz', 'date', 'time', 'timetz', ...texts],
  time: ['timetz', ...texts],
  timetz: ['time', 'timetz', ...texts],
};

/** How long a text must be at least for these types to be cast into `varchar(n)` and `char(n)`; `0`: any. */
const shortest: Readonly<Record<string, { varchar: number; bpchar: number }>> = {
  bool: { varchar: 0, bpchar: 4 },
  bytea: { varchar: 3, bpchar: 3 },
  uuid: { varchar: 32, bpchar: 32 },
  timestamp: { varchar: 23, bpchar: 23 },
  timestamptz: { varchar: 28, bpchar: 28 },
  date: { varchar: 28, bpchar: 28 },
  time: { varchar: 14, bpchar: 14 },
  timetz: { varchar: 19, bpchar: 19 },
};

export type Cast = 'same' | 'alter' | 'recreate';

/** @param isEnum whether a type is an enum of the database */
export function castOf(before: SqlType, after: SqlType, isEnum: (type: SqlType) => boolean): Cast {
  const from = normal(before);
  const to = normal(after);
  if (isEnum(from) || isEnum(to)) {
    if (tableKey(from) !== tableKey(to)) return 'recreate';
    // Prisma writes a change of type here, which PostgreSQL refuses.
    return from.array === to.array ? 'same' : 'alter';
  }
  if (from.array && !to.array)
    return to.name === 'text' || /^(varchar|bpchar)$/.test(to.name) ? 'alter' : 'recreate';
  if (from.array !== to.array) return 'recreate';
  if (from.name === to.name && from.args.join() === to.args.join()) return 'same';
  if (/^(timestamp|time)(tz)?$/.test(from.name) && from.name === to.name && to.args.length === 0)
    return 'same';
  const allowed = casts[from.name];
  // A type that Prisma doesn't know is changed in the hope that PostgreSQL knows how.
  if (!allowed || !(to.name in casts)) return 'alter';
  if (allowed[0] === '*') return 'alter';
  if (!allowed.includes(to.name)) return 'recreate';
  const limit = to.args[0];
  if (from.name === 'bit' && limit !== undefined && limit < (from.args[0] ?? 1)) return 'recreate';
  const least = shortest[from.name];
  if (!least || limit === undefined || (to.name !== 'varchar' && to.name !== 'bpchar')) return 'alter';
  return limit >= least[to.name] ? 'alter' : 'recreate';
}

/** Serials are integers, times without a precision have six digits, a numeric with a precision has a scale. */
function normal(type: SqlType): SqlType {
  const name = serials[type.name] ?? type.name;
  const [first] = type.args;
  const args = name === 'numeric' && first !== undefined ? [first, type.args[1] ?? 0] : type.args;
  return { ...type, name, args };
}
