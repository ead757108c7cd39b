/** From SQL text with parts put into it to the same statement with bound values. */
import { extractSql, isSqlParserLoaded } from '../../facts/sql.ts';

/** A piece of the text as it stands in a template literal, or code that is put in. `keep`: it is bound already. */
export type Part = { text: string } | { gap: string; keep?: true };

/**
 * The inside of a tagged template.
 * @param values code of the values of `$1`, `$2`…
 */
export function bindGaps(
  parts: readonly Part[],
  { values }: { values: readonly string[] },
): { template: string } | { refuse: string } {
  const unquoted = withoutQuotes(parts);
  if ('refuse' in unquoted) return unquoted;
  let template = '';
  let sql = '';
  let count = values.length;
  for (const [i, part] of unquoted.parts.entries()) {
    if ('text' in part) {
      let missing = false;
      const text = part.text.replace(/(\s*)\bIN\s*\(\s*$/i, (found, before: string) => {
        const next = unquoted.parts[i + 1];
        return next && 'gap' in next && listOf(next.gap) !== undefined ? `${before}= ANY(` : found;
      });
      const negated = text.replace(/\bNOT(\s*)= ANY\($/i, '<> ALL(');
      sql += negated;
      template += negated.replace(/\$(\d+)/g, (_, number: string) => {
        const value = values[Number(number) - 1];
        missing ||= value === undefined;
        return `\${${value ?? ''}}`;
      });
      if (missing) return { refuse: 'A placeholder has no value.' };
      continue;
    }
    if (part.keep) {
      template += `\${${part.gap}}`;
      sql += `$${++count}`;
      continue;
    }
    if (/\b(order|group)\s+by\b(?![\s\S]*\b(limit|offset|having|where)\b)[\s\S]*$/i.test(tail(sql)))
      return { refuse: 'Columns to sort or group by can’t be bound: look the name up in a list of columns.' };
    const list = listOf(part.gap);
    const isList = /= ANY\($|<> ALL\($/.test(sql);
    if (/\.join\(/.test(part.gap) && !(isList && list !== undefined))
      return { refuse: 'A list that is joined to text needs Prisma.join: write it by hand.' };
    template += `\${${isList && list !== undefined ? list : part.gap}}`;
    sql += `$${++count}`;
  }
  if (
    !isSqlParserLoaded() ||
    extractSql(sql.replace(/\\`/g, '"')).statements.some((statement) => statement.kind === 'unparsed')
  )
    return {
      refuse:
        'A part stands where SQL wants a name or a keyword, and these can’t be bound: look it up in a list.',
    };
  return { template };
}

/** The text behind the last opening parenthesis that is still open. */
function tail(sql: string): string {
  let depth = 0;
  for (let at = sql.length - 1; at >= 0; at--) {
    const char = sql.charAt(at);
    if (char === ')') depth++;
    else if (char === '(' && depth-- === 0) return sql.slice(at + 1);
  }
  return sql;
}

/** The list behind `ids.join(',')` and `` ids.map((id) => `'${id}'`).join(',') ``. */
function listOf(code: string): string | undefined {
  const plain = /^([\w$.]+)\.join\(\s*(['"`])\s*,\s*\2\s*\)$/.exec(code);
  if (plain) return plain[1];
  const quoted =
    /^([\w$.]+)\.map\(\s*\(?\s*(\w+)\s*\)?\s*=>\s*(?:`'\$\{\2\}'`|"'"\s*\+\s*\2\s*\+\s*"'")\s*\)\.join\(\s*(['"`])\s*,\s*\3\s*\)$/.exec(
      code,
    );
  return quoted?.[1];
}

/** `'%${name}%'` becomes one bound value. */
function withoutQuotes(parts: readonly Part[]): { parts: Part[] } | { refuse: string } {
  const out: Part[] = [];
  /** The inside of an open string: its pieces. */
  let string: Part[] | undefined;
  let isName = false;
  const push = (text: string): void => {
    const last = out.at(-1);
    if (last && 'text' in last) last.text += text;
    else out.push({ text });
  };
  for (const part of parts) {
    if ('gap' in part) {
      if (isName)
        return { refuse: 'Names of tables and columns can’t be bound: look the name up in a list.' };
      if (string) string.push(part);
      else out.push({ ...part });
      continue;
    }
    for (const piece of part.text.split(/(['"])/)) {
      if (piece === "'" && !isName) {
        if (!string) string = [];
        else {
          closeString(string, out, push);
          string = undefined;
        }
      } else if (piece === '"' && !string) {
        isName = !isName;
        push(piece);
      } else if (string) string.push({ text: piece });
      else push(piece);
    }
  }
  return string || isName ? { refuse: 'A quote in the SQL is never closed.' } : { parts: out };
}

function closeString(string: readonly Part[], out: Part[], push: (text: string) => void): void {
  const gaps = string.flatMap((part) => ('gap' in part ? [part.gap] : []));
  const text = string.map((part) => ('text' in part ? part.text : `\${${part.gap}}`)).join('');
  const [only] = gaps;
  if (only === undefined) push(`'${text}'`);
  else out.push({ gap: gaps.length === 1 && text === `\${${only}}` ? only : `\`${text}\`` });
}
