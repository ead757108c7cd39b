import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { nodeAt } from '../../edit/queryCall.ts';
import { styleOf } from '../../edit/style.ts';
import type { TextEdit } from '../../run/finding.ts';
import { dependencyVersion } from '../../workspace/dependencies.ts';

export const fixes = [
  defineFix({
    id: 'align-schema',
    title: ({ drift, limit }) =>
      drift === 'length' ? `Allow ${String(limit)} characters at most` : 'Align the schema with the model',
    trust: 'suggestion',
    preferred: true,
    edit: align,
  }),
];

/** One call of a chain: `.min(1)` of `z.string().min(1).optional()`. */
interface Link {
  name: string;
  call: ts.CallExpression;
  /** Where `.min` starts: the end of what comes before. */
  start: number;
}

/** Methods that make something of a schema that has no checks of its own any more. */
const WRAPS =
  /^(optional|nullable|nullish|default|prefault|catch|refine|superRefine|check|transform|pipe|or|and|array|describe|meta|brand|readonly)$/;

function align(context: FixContext): FixOutcome {
  const source = context.sourceOf(context.file);
  const name = source && nodeAt(source, context.finding.start, context.finding.end);
  const property = name?.parent;
  if (!source || !property || !ts.isPropertyAssignment(property))
    return { refuse: 'The schema of this key is written elsewhere: change it there.' };
  const chain = chainOf(property.initializer);
  if (!chain) return { refuse: 'The schema of this key is written elsewhere: change it there.' };
  const edits = editsFor(context, source, chain);
  return typeof edits === 'string'
    ? { refuse: edits }
    : { changes: [{ file: context.file, create: false, edits }] };
}

/** The calls from the builder outwards. */
function chainOf(value: ts.Expression): Link[] | undefined {
  const links: Link[] = [];
  let at: ts.Expression = value;
  while (ts.isCallExpression(at) && ts.isPropertyAccessExpression(at.expression)) {
    const access = at.expression;
    links.unshift({ name: access.name.text, call: at, start: access.expression.end });
    at = access.expression;
  }
  const [base] = links;
  // What is left is `z`, `z.coerce` or `z.iso`.
  if (!base || !/^(z|zod)(\.(coerce|iso))?$/.test(at.getText())) return undefined;
  const inside = /^(array|set|optional|nullable|nullish|preprocess)$/.test(base.name)
    ? base.call.arguments.at(-1)
    : undefined;
  return inside ? chainOf(inside) : links;
}

function editsFor(context: FixContext, source: ts.SourceFile, links: readonly Link[]): TextEdit[] | string {
  const { data } = context;
  const [base] = links;
  if (!base) return 'The schema can no longer be found.';
  const checks = links.slice(1).filter(({ name }) => !WRAPS.test(name));
  const end = lastCheck(links).call.end;
  const insert = (text: string): TextEdit[] => [{ start: end, end, text }];
  const replaceBase = (text: string): TextEdit[] | string =>
    checks.length > 0
      ? `\`${source.text.slice(base.call.getStart(source), end)}\` has checks that need a look: change it by hand.`
      : [{ start: base.call.getStart(source), end: base.call.end, text }];
  const z = base.call.getText(source).startsWith('zod.') ? 'zod' : 'z';
  switch (data['drift']) {
    case 'length': {
      const max = links.find(({ name }) => name === 'max' || name === 'length');
      const [given] = max?.call.arguments ?? [];
      if (given) return [{ start: given.getStart(source), end: given.end, text: String(data['limit']) }];
      return insert(`.max(${String(data['limit'])})`);
    }
    case 'integer':
      return insert('.int()');
    case 'number':
      return replaceBase(`${z}.coerce.number()${data['integer'] === true ? '.int()' : ''}`);
    case 'date':
      return replaceBase(`${z}.coerce.date()`);
    case 'uuid': {
      const version = dependencyVersion(context.workspace, context.file, 'zod');
      return version && version[0] < 4 ? insert('.uuid()') : replaceBase(`${z}.uuid()`);
    }
    case 'text':
      return replaceBase(enumText(context, z));
    case 'values': {
      const list = base.name === 'enum' ? base.call.arguments[0] : undefined;
      if (!list || !ts.isArrayLiteralExpression(list))
        return 'The values are listed elsewhere: change them there.';
      const kept = list.elements.filter(
        (element) => ts.isStringLiteralLike(element) && valuesOf(context).includes(element.text),
      );
      if (kept.length === 0) return 'None of the values is one of the enum: list them by hand.';
      const text = `[${kept.map((element) => element.getText(source)).join(', ')}]`;
      return [{ start: list.getStart(source), end: list.end, text }];
    }
    case 'nullable':
      return without(links, { nullable: '', nullish: '.optional()' });
    case 'optional':
      return without(links, { optional: '', nullish: '.nullable()' });
    default:
      return 'This has to be decided by hand.';
  }
}

function lastCheck(links: readonly Link[]): Link {
  const firstWrap = links.findIndex(({ name }, i) => i > 0 && WRAPS.test(name));
  const link = links[(firstWrap < 0 ? links.length : firstWrap) - 1];
  if (!link) throw new Error('a chain has at least its builder');
  return link;
}

function without(links: readonly Link[], replaced: { [name: string]: string }): TextEdit[] | string {
  const gone = links.filter(({ name }, i) => i > 0 && Object.hasOwn(replaced, name));
  if (gone.length === 0) return 'It becomes so elsewhere, by `.partial()` for instance: change it there.';
  return gone.map(({ name, call, start }) => ({ start, end: call.end, text: replaced[name] ?? '' }));
}

function valuesOf({ data }: FixContext): string[] {
  const { values } = data;
  return Array.isArray(values) ? values.map(String) : [];
}

function enumText(context: FixContext, z: string): string {
  const { quote } = styleOf(context.text);
  return `${z}.enum([${valuesOf(context)
    .map((value) => quote + value + quote)
    .join(', ')}])`;
}
