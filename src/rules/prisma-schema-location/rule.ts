import { z } from 'zod';
import { relativeTo } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import type { PrismaFacts } from '../../facts/prismaModel.ts';
import type { TsFacts, Value } from '../../facts/tsModel.ts';
import type { SchemaRoot } from '../../project/model.ts';
import { packageDir } from '../../project/packages.ts';
import { namesSchema } from '../../project/schemas.ts';
import { prismaMajor } from '../../workspace/dependencies.ts';
import { constructions } from '../../workspace/sharedClient.ts';
import type { WorkspaceView } from '../../workspace/view.ts';
import { defineRule } from '../rule.ts';
import type { RuleContext } from '../rule.ts';

export const rule = defineRule({
  meta: {
    id: 'prisma-schema-location',
    title:
      'Prisma finds its schema, the address of the database and a driver where version 7 looks for them.',
    sections: ['S2'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['prisma', 'ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      elsewhere:
        'The schema is `{schema}`, and no configuration names it: Prisma 7 looks in `prisma/schema.prisma` and no longer reads package.json. Name it in `prisma.config.ts`, or move it.',
      folder:
        'The schema is made of the files of `{schema}`, and no configuration names the folder: Prisma 7 reads `prisma/schema.prisma` alone. Name the folder in `prisma.config.ts`.',
      url: '`{names}` of the data source {isGone} in Prisma 7: the commands take the address from `prisma.config.ts`, the client takes it from its driver adapter. Move it there.',
      adapter:
        'In Prisma 7 a client has no driver of its own: without an `adapter` (or an `accelerateUrl`) this throws. Pass `adapter: new PrismaPg({ connectionString })` of `@prisma/adapter-pg`.',
    },
  },
  check(context) {
    const { facts, file, role, workspace } = context;
    if (facts.kind === 'prisma') {
      if ((prismaMajor(workspace, file) ?? 0) >= 7) checkSchema(context, facts);
    } else if (facts.kind === 'ts' && role !== 'generated' && role !== 'client') checkClients(context, facts);
  },
});

type Context = RuleContext<Record<string, never>>;

function checkSchema(context: Context, facts: PrismaFacts): void {
  const { file, workspace, report } = context;
  const [datasource] = facts.datasources;
  if (!datasource) return;
  const root = workspace.schemaRoot(file);
  if (root?.files.includes(file)) checkPlace(context, root, datasource.nameSpan);
  const moved = datasource.settings.filter(({ name }) => /^(url|directUrl|shadowDatabaseUrl)$/.test(name));
  const [first] = moved;
  if (first)
    report({
      place: { span: first.nameSpan },
      message: 'url',
      data: {
        names: moved.map(({ name }) => name).join('`, `'),
        isGone: moved.length > 1 ? 'are gone' : 'is gone',
      },
      fixes: [{ recipe: 'move-url' }],
    });
}

function checkPlace(
  { file, workspace, report }: Context,
  root: SchemaRoot,
  span: { start: number; end: number },
): void {
  const home = packageDir(workspace, file);
  const path = relativeTo(home, root.id);
  const isFolder = !root.id.endsWith('.prisma');
  if (path === 'prisma/schema.prisma' || isNamed(workspace, home, root.id)) return;
  const isUsual = /^prisma(\/schema)?$/.test(path);
  // A folder of one file is that file.
  if (
    isFolder &&
    isUsual &&
    root.files.length === 1 &&
    root.files[0] === `${home === '' ? '' : `${home}/`}prisma/schema.prisma`
  )
    return;
  report({
    place: { span },
    message: isFolder ? 'folder' : 'elsewhere',
    data: { schema: path },
    fixes: [{ recipe: 'name-schema', data: { schema: root.id } }],
  });
}

/** Whether a configuration says where the schema is, or the scripts of the package tell each command. */
function isNamed(workspace: WorkspaceView, home: string, id: FileId): boolean {
  const isConfigured = workspace
    .prismaConfigs()
    .some(
      ({ hasSchema, schema, home: own }) =>
        hasSchema && (schema === undefined ? own === home : namesSchema(schema, id)),
    );
  if (isConfigured) return true;
  const facts = workspace.facts(home === '' ? 'package.json' : `${home}/package.json`);
  return (
    facts?.kind === 'package' &&
    (facts.commands?.commands ?? []).some(({ effective }) =>
      effective.some(({ value }) => /^--(schema|config)(=|$)/.test(value)),
    )
  );
}

function checkClients({ file, workspace, report }: Context, facts: TsFacts): void {
  const made = constructions(workspace, file, facts);
  if (made.length === 0 || (prismaMajor(workspace, file) ?? 0) < 7) return;
  const provider = workspace.schema(file)?.datasources[0]?.provider;
  for (const { value, at } of made) {
    if (!lacksAdapter(value.args)) continue;
    report({
      place: { at },
      message: 'adapter',
      fixes: provider === undefined || provider === 'postgresql' ? [{ recipe: 'add-adapter' }] : [],
    });
  }
}

/** No options, or options that are written out and name no way to the database. */
function lacksAdapter(args: readonly Value[]): boolean {
  const [options] = args;
  if (!options) return true;
  return (
    options.k === 'object' &&
    options.props.every(
      (property) => property.p === 'prop' && !/^(adapter|accelerateUrl)$/.test(property.name),
    )
  );
}
