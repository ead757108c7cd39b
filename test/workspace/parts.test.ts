import { describe, expect, it } from 'vitest';
import { extractTs } from '../../src/facts/extractTs.ts';
import { parseTs } from '../../src/facts/parseTs.ts';
import { changedParts, FRAME, partOf } from '../../src/workspace/factParts.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { base, openWorkspace } from './openWorkspace.ts';

const FILE = 'lib/services/post.service.ts';
const source = `import { prisma } from '@/lib/db';

const LIMIT = 20;
class Page {
  size = 5;
}
export async function first(id: string) {
  const row = await prisma.post.findFirst({ where: { id } });
  return row ?? [1, 2].map((n) => n + LIMIT);
}
export async function second(id: string) {
  return first(id);
}
export async function third() {
  return prisma.post.count();
}
`;

const facts = (text: string) => extractTs(parseTs(FILE, text)).facts;

describe('the parts of a file', () => {
  const changed = (from: string, to: string) => {
    const before = facts(source);
    const after = facts(source.replace(from, to));
    const names = [...changedParts(before, after)].map((part) =>
      part === FRAME ? 'frame' : (after.functions[part]?.name ?? 'gone'),
    );
    return names.toSorted();
  };

  it('are top-level functions with what is inside them', () => {
    const { functions, bindings } = facts(source);
    const inner = functions.findIndex(({ kind }) => kind === 'arrow');
    expect(functions[partOf(facts(source), inner)]?.name).toBe('first');
    expect(bindings.length).toBeGreaterThan(4);
  });

  it.each([
    ['another name in one function', 'const row', 'const rov', ['first']],
    [
      'another number in a callback',
      '[1, 2].map((n) => n + LIMIT)',
      '[1, 2].map((n) => n - LIMIT)',
      ['first'],
    ],
    ['another text in the module', 'LIMIT = 20', 'LIMIT = 30', ['']],
    ['another name at the top', 'LIMIT = 20', 'LIMITS = 20', ['first']],
    ['another kind of name at the top', 'const LIMIT', 'let LIMIT', ['frame']],
    [
      'a few more expressions in one function',
      'return row',
      'return check(row.id, row.title) && row',
      ['first'],
    ],
    ['a class', 'size = 5', 'size = 6', ['frame']],
    ['nothing but lines', 'export async function third', '\n\nexport async function third', []],
  ])('change with %s', (_, from, to, parts) => {
    expect(changed(from, to)).toEqual(parts);
  });

  it('keep what is not changed, object for object', () => {
    const before = facts(source);
    const after = facts(source.replace('const row', 'const rov'));
    changedParts(before, after);
    const third = (of: typeof before) => of.functions.find(({ name }) => name === 'third');
    expect(third(after)).toBe(third(before));
  });
});

describe('an edit', () => {
  const summaries = (workspace: Workspace) => workspace.db.computed.get('summary') ?? 0;

  it('wakes the functions that read what it changed, and no others of the file', () => {
    const workspace = openWorkspace({ ...base, [FILE]: source });
    const { functions } = facts(source);
    const all = () => functions.map((_, fn) => workspace.summary(`${FILE}#${fn}`));
    all();
    const before = summaries(workspace);
    workspace.store.update([{ file: FILE, text: source.replace('findFirst({', 'findFirst( {') }]);
    all();
    expect(summaries(workspace)).toBe(before);
    workspace.store.update([
      { file: FILE, text: source.replace('prisma.post.count()', 'prisma.user.count()') },
    ]);
    expect(all().flatMap(({ effects }) => effects.map(({ model, op }) => `${model}.${op}`))).toContain(
      'user.count',
    );
    expect(summaries(workspace) - before).toBe(1);
  });
});
