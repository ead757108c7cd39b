import { z } from 'zod';
import { spanOf } from '../../facts/model.ts';
import type { TsFacts, Value } from '../../facts/tsModel.ts';
import { visitFile } from '../../facts/visit.ts';
import type { Abs } from '../../workspace/abs.ts';
import { isClientLeaf } from '../../workspace/clientData.ts';
import { entriesReaching, reachingName } from '../../workspace/entriesReaching.ts';
import type { ReachingEntry } from '../../workspace/entriesReaching.ts';
import { isUnsafeRaw, rawSqlOf, splicedPieces } from '../../workspace/rawSql.ts';
import type { SqlPiece } from '../../workspace/rawSql.ts';
import { functionKey } from '../../workspace/summary.ts';
import type { QueryFact } from '../../workspace/summary.ts';
import { defineRule } from '../rule.ts';
import type { Related, RuleContext, Severity } from '../rule.ts';
import { Splices } from './spliced.ts';
import type { Splice } from './spliced.ts';
import { chosenByClient, rawTexts } from './taint.ts';

export const rule = defineRule({
  meta: {
    id: 'no-unsafe-raw-query',
    title: 'No text that anybody could choose becomes part of SQL.',
    sections: ['S5'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      client:
        '{part} becomes SQL text in {op}, and {entry} lets its caller choose it. Whoever does can read and change every table. Bind it in a tagged template, or look names up in a list.',
      parsed:
        '{part} becomes SQL text in {op}. It comes from the caller of {entry}, and a schema that allows any text keeps no SQL out. Bind it in a tagged template, or look names up in a list.',
      text: '{part} becomes SQL text in {op}, and nothing here limits what it can be. One caller that passes on what a user typed is enough. Bind it in a tagged template, or look names up in a list.',
      escaped:
        '{part} becomes SQL text in {op}, quoted by hand. One forgotten case is enough. Bind values in a tagged template, and look names up in a list.',
    },
  },
  check(context) {
    const { workspace, file, role, facts } = context;
    if (facts.kind !== 'ts') return;
    if (role === 'tooling' || role === 'client' || role === 'generated' || role === 'migration') return;
    const raws = rawCalls(facts);
    const queries = workspace.queries(file).filter((query) => query.op.startsWith('$'));
    const unsafe = queries.filter((query) => isUnsafeRaw(query.op));
    if (raws.length === 0 && unsafe.length === 0) return;
    const entryHandlers = new Set(workspace.entries(file).map((entry) => entry.handler));
    const splices = new Splices(workspace, file, facts, (b) => {
      const binding = facts.bindings[b];
      return binding !== undefined && entryHandlers.has(functionKey(file, binding.fn));
    });
    for (const query of unsafe) {
      const sql = rawSqlOf(workspace, query);
      const open = sql && openPart(sql.pieces, splices);
      if (!open) continue;
      report(context, {
        at: query.at,
        op: query.op,
        open,
        // What follows the text is bound.
        taint: (args) => [args],
        queries: [query],
      });
    }
    for (const raw of raws) {
      const open = openPart(splicedPieces(workspace, file, facts, raw.text), splices);
      if (open) report(context, { at: raw.at, op: 'Prisma.raw', open, taint: rawTexts, queries });
    }
  },
});

interface Found {
  at: number;
  op: string;
  open: { value: Value; splice: Splice };
  /** The texts among the arguments of a query. */
  taint: (args: Abs) => Abs[];
  queries: readonly QueryFact[];
}

function report(context: RuleContext<Record<string, never>>, found: Found): void {
  const { at, op, open } = found;
  const { facts } = context;
  const { start, end } = spanOf(facts, open.value.at);
  const data = { op, part: partName(open.value), entry: '' };
  const base = { place: { at }, fixes: [{ recipe: 'use-tagged-template' }] };
  if (open.splice === 'escaped') {
    context.report({ ...base, message: 'escaped', data, severity: 'info' });
    return;
  }
  const source = sourceOf(context, found);
  if (source === 'closed') return;
  const related: Related[] =
    start === end ? [] : [{ place: { at: open.value.at }, message: 'This is put into the text.' }];
  if (source && source.from.file !== context.file)
    related.push({
      place: { file: source.from.file, at: source.from.entry.at },
      message: `${reachingName(source.from)} passes it in.`,
    });
  const severity: Severity =
    source?.how === 'client' ? 'error' : open.splice === 'typed' ? 'info' : 'warning';
  context.report({
    ...base,
    message: source?.how ?? 'text',
    data: { ...data, entry: source ? reachingName(source.from) : '' },
    severity,
    related,
  });
}

/** The entry point whose caller chooses the text, and whether a schema stands between; `closed` when what it lets through is harmless. */
function sourceOf(
  context: RuleContext<Record<string, never>>,
  { taint, queries }: Found,
): { from: ReachingEntry; how: 'client' | 'parsed' } | 'closed' | undefined {
  let parsed: { from: ReachingEntry; how: 'parsed' } | undefined;
  let isClosed = false;
  for (const query of queries) {
    for (const from of entriesReaching(context.workspace, { file: query.file, at: query.at }))
      for (const text of taint(from.effect.args)) {
        const how = chosenByClient(text, (leaf) => isClientLeaf(leaf, from));
        if (how === 'client') return { from, how };
        if (how === 'parsed') parsed ??= { from, how };
        isClosed ||= how === 'closed';
      }
    isClosed ||= taint(query.args).some(
      (text) => chosenByClient(text, (leaf) => leaf.k === 'param' || leaf.k === 'origin') === 'closed',
    );
  }
  return parsed ?? (isClosed ? 'closed' : undefined);
}

function openPart(
  pieces: readonly SqlPiece[],
  splices: Splices,
): { value: Value; splice: Splice } | undefined {
  let milder: { value: Value; splice: Splice } | undefined;
  for (const piece of pieces) {
    if (piece.p === 'text') continue;
    const splice = splices.judge(piece.value);
    if (splice === 'open') return { value: piece.value, splice };
    if (splice !== 'safe') milder ??= { value: piece.value, splice };
  }
  return milder;
}

interface RawText {
  at: number;
  text: Value;
}

/** `Prisma.raw(text)` anywhere in a file. */
function rawCalls(facts: TsFacts): RawText[] {
  const out: RawText[] = [];
  if (!facts.imports.some((item) => item.names.some((named) => /^(Prisma|\*)$/.test(named.imported))))
    return out;
  visitFile(facts, (value) => {
    if (value.k !== 'call' || value.fn.k !== 'member' || value.fn.name !== 'raw') return;
    const { of } = value.fn;
    const [text] = value.args;
    const isPrisma =
      (of.k === 'ref' && facts.bindings[of.b]?.kind === 'import' && /^prisma$/i.test(of.name)) ||
      (of.k === 'member' && of.name === 'Prisma');
    if (isPrisma && text) out.push({ at: value.fn.at, text });
  });
  return out;
}

/** How a part is called in a message. */
function partName(value: Value): string {
  switch (value.k) {
    case 'ref':
      return `\`${value.name}\``;
    case 'member': {
      const of = partName(value.of);
      return of.startsWith('`') ? `\`${of.slice(1, -1)}.${value.name}\`` : `\`${value.name}\``;
    }
    case 'call':
      return value.fn.k === 'ref' || value.fn.k === 'member'
        ? `The result of ${partName(value.fn)}`
        : 'The result of a call';
    case 'await':
      return partName(value.of);
    default:
      return 'A computed text';
  }
}
