import { describe, expect, it } from 'vitest';
import type { Abs } from '../../src/workspace/abs.ts';
import type { ZodShape } from '../../src/workspace/zodShape.ts';
import { base, openWorkspace } from './openWorkspace.ts';

/** The value of `value` in a module. */
function valueOf(expression: string, more = ''): Abs {
  const workspace = openWorkspace({
    ...base,
    'lib/x.ts': `import { z } from 'zod';\nimport * as zod from 'zod';\nimport { Role } from '@/lib/generated/prisma/client';\n${more}\nexport const value = ${expression};\n`,
  });
  return workspace.exported('lib/x.ts', 'value');
}

function shapeOf(expression: string, more = ''): ZodShape | undefined {
  const value = valueOf(expression, more);
  return value.k === 'schema' ? value.shape : undefined;
}

describe('a schema as a value', () => {
  it.each<[string, ZodShape]>([
    ['z.string()', { t: 'string' }],
    ['zod.string().min(2).max(40)', { t: 'string', min: 2, max: 40 }],
    ['z.string().trim().email().optional()', { t: 'string', format: 'email', optional: true }],
    ['z.uuid()', { t: 'string', format: 'uuid' }],
    [
      'z.coerce.number().int().positive().max(100)',
      { t: 'number', coerce: true, integer: true, min: 1, max: 100 },
    ],
    ['z.number().lte(50).default(20)', { t: 'number', max: 50, hasDefault: true }],
    ["z.enum(['A', 'B'])", { t: 'enum', values: ['A', 'B'] }],
    ['z.enum(Role)', { t: 'enum', enumName: 'Role' }],
    ["z.literal('x').nullable()", { t: 'literal', values: ['x'], nullable: true }],
    ['z.array(z.string()).max(5)', { t: 'array', of: { t: 'string' }, max: 5 }],
    ['z.any()', { t: 'any' }],
    ['z.lazy(() => z.string())', { t: 'unknown' }],
    ['z.record(z.string(), z.number())', { t: 'record', of: { t: 'number' } }],
    [
      'z.object({ a: z.string() }).strict()',
      { t: 'object', props: { a: { t: 'string' } }, unknownKeys: 'strict' },
    ],
    ['z.looseObject({})', { t: 'object', props: {}, unknownKeys: 'loose' }],
    ['z.string().refine((text) => text.length > 1)', { t: 'string', refined: true }],
    ['z.string().transform(Number)', { t: 'string', transformed: true }],
    [
      'z.object({ a: z.string() }).transform(({ a }) => ({ b: a }))',
      { t: 'object', props: { a: { t: 'string' } }, transformed: true, open: true },
    ],
  ])('%s', (expression, shape) => {
    expect(shapeOf(expression)).toEqual(shape);
  });

  it('follows extend, merge, pick, omit, partial and required through modules', () => {
    const more = `
      const a = z.object({ id: z.string(), name: z.string().optional() });
      const b = z.object({ age: z.number() });`;
    const keys = (shape: ZodShape | undefined): string[] => Object.keys(shape?.props ?? {});
    expect(keys(shapeOf('a.extend({ x: z.date() })', more))).toEqual(['id', 'name', 'x']);
    expect(keys(shapeOf('a.merge(b).omit({ id: true })', more))).toEqual(['name', 'age']);
    expect(keys(shapeOf('a.and(b)', more))).toEqual(['id', 'name', 'age']);
    expect(keys(shapeOf('z.object({ ...a.shape, y: z.string() })', more))).toEqual(['id', 'name', 'y']);
    expect(shapeOf('a.pick({ id: true }).partial()', more)).toEqual({
      t: 'object',
      props: { id: { t: 'string', optional: true } },
    });
    expect(shapeOf('a.required().shape.name', more)).toEqual({ t: 'string' });
  });

  it('marks what it can not see', () => {
    const shape = shapeOf('z.object({ a: z.string(), ...others })', 'declare const others: object;');
    expect(shape).toEqual({ t: 'object', props: { a: { t: 'string' } }, open: true });
  });

  it('ends recursive schemas', () => {
    const shape = shapeOf(
      'tree',
      'const tree: unknown = z.object({ get children() { return z.array(tree); } });',
    );
    expect(shape?.t).toBe('object');
  });
});

describe('what a schema lets through', () => {
  const member = (value: Abs, name: string): Abs | undefined =>
    value.k === 'object' ? value.props[name] : undefined;

  it('is parsed, with the shape of each part and what it was made from', () => {
    const value = valueOf(
      '(({ title }) => ({ title }))(z.object({ title: z.string().max(9) }).parse(process.env))',
    );
    const title = member(value, 'title');
    expect(title?.k).toBe('parsed');
    expect(title?.k === 'parsed' ? title.shape : undefined).toEqual({ t: 'string', max: 9 });
    expect(title?.k === 'parsed' ? title.of : undefined).toEqual({
      k: 'global',
      path: ['process', 'env', 'title'],
    });
  });

  it('gives no data where it failed', () => {
    const workspace = openWorkspace({
      ...base,
      'lib/x.ts': `import { z } from 'zod';
const schema = z.object({ id: z.string(), note: z.string().optional() });
export function read(input: unknown) {
  const parsed = schema.safeParse(input);
  if (!parsed.success) return 'wrong';
  const { id, ...rest } = parsed.data;
  return { id, rest };
}
`,
    });
    const read = workspace.exported('lib/x.ts', 'read');
    if (read.k !== 'closure') throw new Error('no function');
    const outcomes = workspace.summary(`lib/x.ts#${read.fn}`).outcomes.map(({ value }) => value);
    expect(outcomes[0]).toEqual({ k: 'lit', v: 'wrong' });
    const [, data] = outcomes;
    const id = data && member(data, 'id');
    const rest = data && member(data, 'rest');
    expect(id?.k === 'parsed' ? id.shape : undefined).toEqual({ t: 'string' });
    expect(rest?.k === 'parsed' ? Object.keys(rest.shape.props ?? {}) : undefined).toEqual(['note']);
  });
});
