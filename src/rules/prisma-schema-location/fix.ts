import { ts } from 'ts-morph';
import { readSchema } from '../../edit/envSchema.ts';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { addImport } from '../../edit/imports.ts';
import { addAll } from '../../edit/objectProperties.ts';
import { withoutSetting } from '../../edit/prismaBlock.ts';
import { configChange } from '../../edit/prismaConfig.ts';
import { specifierFor } from '../../edit/specifier.ts';
import type { PrismaSetting } from '../../facts/prismaModel.ts';
import type { TextEdit } from '../../run/finding.ts';
import { dependencyRange } from '../../workspace/dependencies.ts';
import { envModuleFor } from '../../workspace/envModules.ts';

export const fixes = [
  defineFix({
    id: 'name-schema',
    title: () => 'Name the schema in prisma.config.ts',
    trust: 'suggestion',
    preferred: false,
    edit(context): FixOutcome {
      const { schema } = context.data;
      if (typeof schema !== 'string') return { refuse: 'The schema is no longer there.' };
      const change = configChange(context, { schema });
      return 'refuse' in change ? change : { changes: [change] };
    },
  }),
  defineFix({
    id: 'move-url',
    title: () => 'Move the address to prisma.config.ts',
    trust: 'suggestion',
    preferred: true,
    edit: moveUrl,
  }),
  defineFix({
    id: 'add-adapter',
    title: () => 'Pass the adapter of @prisma/adapter-pg',
    trust: 'suggestion',
    preferred: false,
    edit: addAdapter,
  }),
];

/** `env("X")` and texts, as TypeScript. */
function valueOf(setting: PrismaSetting): string | undefined {
  const name = /^env\(\s*"(\w+)"\s*\)$/.exec(setting.raw.trim())?.[1];
  if (name !== undefined) return `process.env.${name}`;
  return setting.value === undefined ? undefined : `'${setting.value.replaceAll(/['\\]/g, '\\$&')}'`;
}

function moveUrl(context: FixContext): FixOutcome {
  const { facts, file, finding, text } = context;
  const datasource =
    facts.kind === 'prisma'
      ? facts.datasources.find(({ span }) => span.start <= finding.start && finding.end <= span.end)
      : undefined;
  if (!datasource) return { refuse: 'The data source is no longer there.' };
  const setting = (name: string): PrismaSetting | undefined =>
    datasource.settings.find((item) => item.name === name);
  // The commands need a direct connection where there are two; the client's own comes with its adapter.
  const url = setting('directUrl') ?? setting('url');
  const shadow = setting('shadowDatabaseUrl');
  const values = [url && valueOf(url), shadow && valueOf(shadow)];
  if (!url || values[0] === undefined || (shadow && values[1] === undefined))
    return { refuse: 'The address is written in a form that can’t be moved mechanically.' };
  const change = configChange(context, {
    datasource: { url: values[0], ...(values[1] === undefined ? {} : { shadowDatabaseUrl: values[1] }) },
  });
  if ('refuse' in change) return change;
  const edits = ['url', 'directUrl', 'shadowDatabaseUrl'].flatMap((name): TextEdit[] => {
    const edit = withoutSetting(datasource, name, text);
    return edit ? [edit] : [];
  });
  const own = { file, create: false, edits };
  // A configuration that says it all needs no change.
  return { changes: change.edits.length === 0 ? [own] : [own, change] };
}

function addAdapter(context: FixContext): FixOutcome {
  const { file, finding, workspace, sourceOf } = context;
  const source = sourceOf(file);
  const made = source && constructionAt(source, finding.start);
  if (!source || !made) return { refuse: 'The client is no longer made here.' };
  if (dependencyRange(workspace, file, '@prisma/adapter-pg') === undefined)
    return { refuse: '@prisma/adapter-pg is not among the dependencies: install it first.' };
  const address = addressFor(context);
  const adapter = `adapter: new PrismaPg({ connectionString: ${address.text} })`;
  const [options] = made.arguments ?? [];
  let edits: TextEdit[];
  if (!options) edits = [{ start: made.expression.end, end: made.end, text: `({ ${adapter} })` }];
  else if (ts.isObjectLiteralExpression(options)) edits = addAll(source, new Map([[options, [adapter]]]));
  else return { refuse: 'The client’s options are made somewhere else.' };
  const imports = [{ spec: '@prisma/adapter-pg', name: 'PrismaPg' }, ...address.imports];
  for (const wanted of imports) edits.push(...addImport(source, wanted));
  return { changes: [{ file, create: false, edits }] };
}

function constructionAt(source: ts.SourceFile, start: number): ts.NewExpression | undefined {
  let found: ts.NewExpression | undefined;
  const visit = (node: ts.Node): void => {
    if (node.pos > start || node.end < start) return;
    if (ts.isNewExpression(node) && node.expression.getStart(source) <= start) found = node;
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

/** The address from the env module, where it has it. */
function addressFor({ file, workspace, sourceOf }: FixContext): {
  text: string;
  imports: { spec: string; name: string }[];
} {
  const module = envModuleFor(workspace, file, 'DATABASE_URL');
  const source = module === undefined ? undefined : sourceOf(module);
  const schema = module !== undefined && source ? readSchema(source, module) : undefined;
  const spec = module === undefined ? undefined : specifierFor(workspace, file, module);
  if (
    !schema ||
    typeof schema === 'string' ||
    spec === undefined ||
    schema.typeOf('DATABASE_URL') === undefined
  )
    return { text: 'process.env.DATABASE_URL', imports: [] };
  return {
    text: `${schema.exported}${schema.call ? '()' : ''}.DATABASE_URL`,
    imports: [{ spec, name: schema.exported }],
  };
}
