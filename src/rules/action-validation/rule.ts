import { z } from 'zod';
import { isSame } from '../../base/equal.ts';
import { accessPlace } from '../../workspace/accessPlace.ts';
import type { Entry } from '../../workspace/entries.ts';
import { entryText } from '../../workspace/entryText.ts';
import { ownHandler, rawUses } from '../../workspace/unvalidated.ts';
import type { RawUse } from '../../workspace/unvalidated.ts';
import { wholeInputs } from '../../workspace/wholeInput.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, Related, RuleContext, Severity } from '../rule.ts';

const options = z.strictObject({
  ids: z
    .boolean()
    .describe('Also hint at ids that reach look-ups by a unique key, whose type Prisma checks.'),
});
type Options = z.infer<typeof options>;

export const rule = defineRule<Options>({
  meta: {
    id: 'action-validation',
    title: 'What a client sends passes a schema before anything is done with it.',
    sections: ['S3'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'file',
    kinds: ['ts'],
    behind: ['no-mass-assignment'],
    since: '0.1.0',
    options,
    defaults: { ids: true },
    messages: {
      raw: '{entry} {does} with {what} as the client sent {it}. Types are gone at run time: anything can be in there, of any size. Parse the input with a schema first.',
      present:
        '{entry} {does} with {what} after testing only for presence. Anything can still be in there, of any kind and size. Parse the input with a schema first.',
      open: '{entry} {does} with {what}, which the schema takes as it comes (`any`). Anything can be in there, of any kind and size. Say in the schema what it may be.',
      ignored:
        '{entry} {does} with {what} as the client sent {it}, beside what the schema gave. What the schema drops or converts comes along. Use what it gave.',
      unchecked:
        '{entry} {does} with {what} of a parse that may have failed: there is nothing in its `data` then. Stop where `success` is false.',
      id: '{entry} {does} with {what} as the client sent {it}. Prisma refuses other types, with an error that nobody meant. A schema would answer properly.',
    },
  },
  check(context) {
    const { workspace, file, role } = context;
    if (role === 'tooling' || role === 'client' || role === 'generated') return;
    const schema = workspace.schema(file);
    // `export { handler as GET, handler as POST }`: one hole, one finding.
    const seen = new Set<string>();
    for (const entry of workspace.entries(file)) {
      if (entry.handler !== undefined && seen.has(entry.handler)) continue;
      const whole = wholeInputs(workspace, entry, schema);
      const graded = rawUses(workspace, entry, schema)
        // An object that goes into a row as it came is `no-mass-assignment`'s.
        .filter(
          ({ what, part }) => !whole.some((row) => row.effect === what && isSame(row.part.leaf, part.leaf)),
        )
        .flatMap((use) => {
          const grade = gradeOf(use);
          return grade === undefined ? [] : [{ use, grade }];
        })
        .toSorted((a, b) => ORDER.indexOf(a.grade) - ORDER.indexOf(b.grade));
      const worst = graded[0];
      if (!worst || (worst.grade === 'hint' && !context.options.ids)) continue;
      if (entry.handler !== undefined) seen.add(entry.handler);
      reportEntry(
        context,
        entry,
        graded.filter(({ grade }) => grade === worst.grade).map(({ use }) => use),
        worst.grade,
      );
    }
  },
});

const ORDER: readonly Severity[] = ['error', 'warning', 'info', 'hint'];

/** How bad it is that a value arrives as it came; undefined when it is not. */
function gradeOf({
  use,
  part,
  isPresent,
  isOpen,
  isBytes,
  ignored,
  isBare,
  isJson,
  isWrite,
}: RawUse): Severity | undefined {
  const { source } = part;
  const isText = source === 'params' || source === 'query';
  // A column of any JSON is written as any JSON; bytes are no schema's matter.
  const less: Severity =
    isPresent || isBytes || ignored === 'part' || (isOpen && isJson) ? 'warning' : 'error';
  switch (use) {
    case 'id':
      return isText ? undefined : 'hint';
    case 'filter':
      // A text is never a condition by itself; an object in a text's place is.
      if (isText || source === 'form' || !isBare) return isText ? undefined : 'hint';
      return isWrite ? less : 'warning';
    case 'data':
      return source === 'params' ? undefined : source === 'query' ? 'warning' : less;
    case 'sql':
      if (source === 'params') return undefined;
      return isWrite && !isText ? less : isText ? undefined : 'hint';
    case 'network':
    case 'mail':
      // What a sign-in elsewhere gave is looked at by whoever it is handed back to.
      if (source === 'query' && /^(code|state)$/.test(part.name ?? '')) return undefined;
      return source === 'params' ? undefined : isId(part.name) ? 'hint' : isText ? 'warning' : less;
    case 'address':
      return isBare ? less : isText || isId(part.name) ? 'warning' : less;
    case 'system':
    case 'redirect':
      return less;
  }
}

/** Which price or plan it is decides what is paid. */
function isId(name: string | undefined): boolean {
  return (
    name !== undefined && /(^id|I[dD]|_id|slug)$/.test(name) && !/^(price|plan|product|coupon)/i.test(name)
  );
}

function reportEntry(
  context: RuleContext<Options>,
  entry: Entry,
  uses: readonly RawUse[],
  severity: Severity,
): void {
  const { workspace, file } = context;
  const [first] = uses;
  if (!first) return;
  const names = [...new Set(uses.map(({ part, key }) => part.name ?? key))].flatMap((name) => name ?? []);
  const isParsed = uses.every((use) => use.isOpen || use.isUnchecked || use.ignored !== undefined);
  const fn = ownHandler(entry, file);
  const related: Related[] =
    'op' in first.what
      ? accessPlace(workspace, file, entry, first.what).isOwn
        ? [{ place: { at: first.what.at }, message: 'it gets here' }]
        : accessPlace(workspace, file, entry, first.what).related
      : [{ place: { file: first.what.file, at: first.what.at }, message: 'it gets here' }];
  const isFixable =
    fn !== undefined &&
    !isParsed &&
    (entry.kind === 'action' || entry.kind === 'route' || entry.kind === 'inline-action');
  const fixes: FixRequest[] = isFixable
    ? [{ recipe: 'insert-parse', data: { fn, kind: entry.kind, name: entry.name, columns: columnsOf(uses) } }]
    : [];
  context.report({
    place: { at: entry.at },
    message: messageFor(uses, severity),
    data: {
      entry: entryText(entry),
      does: doing(first),
      what: names.length > 0 ? listed(names) : 'its input',
      it: names.length > 1 ? 'them' : 'it',
    },
    severity,
    related,
    fixes,
  });
}

function messageFor(uses: readonly RawUse[], severity: Severity): keyof typeof rule.meta.messages {
  if (uses.every((use) => use.isUnchecked)) return 'unchecked';
  if (severity === 'hint') return 'id';
  if (uses.every((use) => use.isOpen)) return 'open';
  if (uses.every((use) => use.ignored !== undefined)) return 'ignored';
  return uses.every((use) => use.isPresent) ? 'present' : 'raw';
}

/** Columns that values are written to: `name` → `model.key`. */
function columnsOf(uses: readonly RawUse[]): { [name: string]: string } {
  const out: { [name: string]: string } = {};
  for (const { part, key, what } of uses) {
    const name = part.name ?? key;
    if (name !== undefined && key !== undefined && 'model' in what) out[name] ??= `${what.model}.${key}`;
  }
  return out;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 4).map((name) => `\`${name}\``);
  if (names.length > 4) return `${shown.join(', ')} and more`;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

const VERBS: { [op: string]: string } = {
  create: 'creates',
  createMany: 'creates',
  createManyAndReturn: 'creates',
  update: 'changes',
  updateMany: 'changes',
  updateManyAndReturn: 'changes',
  upsert: 'creates or changes',
  delete: 'deletes',
  deleteMany: 'deletes',
};

function doing({ use, what }: RawUse): string {
  if ('op' in what) {
    if (what.model === '') return 'runs SQL';
    return `${VERBS[what.op] ?? 'reads'} ${what.model.charAt(0).toUpperCase()}${what.model.slice(1)} rows`;
  }
  switch (use) {
    case 'mail':
      return 'sends mail';
    case 'system':
      return `calls \`${what.name}\``;
    case 'redirect':
      return 'redirects';
    default:
      return `calls \`${what.name}\``;
  }
}
