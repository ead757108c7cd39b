/** Whether PostgreSQL writes every row again when the type of a column changes. */
import type { SqlType } from '../facts/sqlModel.ts';

const serials: Record<string, string> = { smallserial: 'int2', serial: 'int4', bigserial: 'int8' };

/** Types whose values are stored alike: one becomes the other without a look at the rows. */
const alike = [
  new Set(['text', 'varchar', 'citext']),
  new Set(['cidr', 'inet']),
  new Set(['varbit', 'bit varying']),
];

/** Types that this module knows; of others nothing is said. */
const known = new Set(
  (
    'text varchar citext bpchar int2 int4 int8 numeric float4 float8 bool ' +
    'date time timetz timestamp timestamptz json jsonb uuid bytea cidr inet'
  ).split(' '),
);

/**
 * `depends`: only in a session whose time zone isn't UTC. Sources: PostgreSQL's documentation of `ALTER TABLE`, its table of casts;
 * compared with a real PostgreSQL by relfilenode.
 * @param isEnum whether a type is an enum of the database
 */
export function rewrites(
  from: SqlType,
  to: SqlType,
  isEnum: (type: SqlType) => boolean,
): 'yes' | 'no' | 'depends' | 'unknown' {
  const a = serials[from.name] ?? from.name;
  const b = serials[to.name] ?? to.name;
  if (from.array !== to.array) return 'yes';
  // Arrays are cast element by element, however alike the elements are.
  if (from.array) return a === b && from.args.join() === to.args.join() ? 'no' : 'yes';
  if (a === b) return sameType(a, from, to);
  if (isEnum(from) || isEnum(to)) return 'yes';
  if (!known.has(a) || !known.has(b)) return 'unknown';
  const zones = new Set([a, b]);
  // Any limit but the highest is a cast of its own, which is run for every row.
  if (zones.has('timestamp') && zones.has('timestamptz')) return (to.args[0] ?? 6) >= 6 ? 'depends' : 'yes';
  if (alike.some((group) => group.has(a) && group.has(b)))
    return b === 'varchar' && to.args.length > 0 ? 'yes' : 'no';
  return 'yes';
}

/** The same type with other limits: wider ones change nothing on disk. */
function sameType(name: string, from: SqlType, to: SqlType): 'yes' | 'no' | 'unknown' {
  if (name === 'varchar' || name === 'varbit')
    return to.args.length === 0 || wider(from, to, 0) ? 'no' : 'yes';
  if (name === 'numeric') {
    if (to.args.length === 0) return 'no';
    const [precision = 0, scale = 0] = to.args;
    const [oldPrecision, oldScale = 0] = from.args;
    return oldPrecision !== undefined && scale === oldScale && precision >= oldPrecision ? 'no' : 'yes';
  }
  if (name.startsWith('time')) return wider(from, to, 6) ? 'no' : 'yes';
  if (name === 'bpchar') return (from.args[0] ?? 1) === (to.args[0] ?? 1) ? 'no' : 'yes';
  if (known.has(name)) return 'no';
  return from.schema === to.schema ? 'no' : 'unknown';
}

/** @param unlimited the limit of a type without one; 0: none at all */
function wider(from: SqlType, to: SqlType, unlimited: number): boolean {
  const before = from.args[0] ?? (unlimited || Infinity);
  const after = to.args[0] ?? (unlimited || Infinity);
  return after >= before;
}
