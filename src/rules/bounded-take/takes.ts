/** The numbers of rows that a query asks for: `take` at every depth, `LIMIT` of raw SQL. */
import type { Abs, Site } from '../../workspace/abs.ts';

export interface Take {
  /** Relations down to it; the query's own `take` has none. `LIMIT` for raw SQL. */
  path: string;
  value: Abs;
  at: Site | undefined;
}

export function takesOf(args: Abs): Take[] {
  if (args.k !== 'object') return [];
  const { sql, values } = args.props;
  if (sql?.k === 'lit' && values?.k === 'array') return limitOf(String(sql.v), values.items);
  return nested(args, '', 0);
}

function nested(args: Extract<Abs, { k: 'object' }>, path: string, depth: number): Take[] {
  const out: Take[] = [];
  const { take } = args.props;
  if (take && take.k !== 'lit' && take.k !== 'undef') out.push({ path, value: take, at: args.at?.['take'] });
  if (depth > 4) return out;
  for (const key of ['include', 'select'] as const) {
    const shape = args.props[key];
    if (shape?.k !== 'object') continue;
    for (const [name, value] of Object.entries(shape.props))
      if (value.k === 'object') out.push(...nested(value, path === '' ? name : `${path}.${name}`, depth + 1));
  }
  return out;
}

/** `… LIMIT ${limit}`. */
function limitOf(sql: string, values: readonly Abs[]): Take[] {
  const parts = sql.split('?');
  return values.flatMap((value, i): Take[] =>
    /\blimit\s*$/i.test(parts[i] ?? '') ? [{ path: 'LIMIT', value, at: undefined }] : [],
  );
}
