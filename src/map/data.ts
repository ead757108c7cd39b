/** Models, schemas of input, variables of the environment and migrations of the map. */
import { rangeAt } from '../base/lineIndex.ts';
import { basename, dirname } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import { spanOf } from '../facts/model.ts';
import type { SqlFacts } from '../facts/sqlModel.ts';
import { emptyDbState, foldMigrations } from '../prisma/dbState.ts';
import { dbNames } from '../prisma/hazard.ts';
import { assessMigration } from '../prisma/migration.ts';
import type { SchemaModel, SchemaModelNode } from '../prisma/schema.ts';
import type { App } from '../project/model.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { findVariables } from '../project/environment.ts';
import type { Draft } from './entries.ts';
import { isSchema, isSchemaLibrary } from './reach.ts';
import { topLevel } from './symbols.ts';

/** The models, views and composite types of a schema. */
export function modelsOf(workspace: Workspace, schema: SchemaModel): Draft[] {
  return schema.models.map((model): Draft => {
    const owner = ownerText(schema, model.name);
    const softDelete = softDeleteField(model);
    const relations = model.fields
      .filter((field) => schema.isRelation(field))
      .map((field) => `${field.name}: ${field.type}${field.list ? '[]' : field.optional ? '?' : ''}`);
    const key = model.id?.fields ?? model.fields.filter((field) => field.id).map((field) => field.name);
    const detail = [
      ...(model.kind === 'model' ? [] : [model.kind]),
      ...(owner === undefined ? [] : [`owner ${owner}`]),
      ...(softDelete === undefined ? [] : [`soft delete ${softDelete}`]),
      ...(relations.length === 0
        ? []
        : [`${relations.length} ${relations.length === 1 ? 'relation' : 'relations'}`]),
    ].join(' · ');
    return {
      entry: {
        id: `model:${model.file}#${model.name}`,
        kind: 'model',
        label: model.name,
        ...(detail === '' ? {} : { detail }),
        ...(model.doc ? { doc: model.doc } : {}),
        file: model.file,
        start: model.span.start,
        end: model.span.end,
        range: rangeAt(workspace.facts(model.file)?.lines ?? [0], model.nameSpan.start, model.nameSpan.end),
        ...(key.length > 0 ? { key: [...key] } : {}),
        ...(owner === undefined ? {} : { owner }),
        ...(relations.length > 0 ? { relations } : {}),
        ...(softDelete === undefined ? {} : { softDelete }),
      },
    };
  });
}

/** `userId`, `order.user`, `team.members.user (members)`. */
export function ownerText(schema: SchemaModel, model: string): string | undefined {
  const path = schema.ownerPath(model);
  if (!path) return undefined;
  if (path.via === 'direct' && path.keys.length > 0) return path.keys.join(', ');
  return `${path.path.join('.')}${path.via === 'membership' ? ' (members)' : ''}`;
}

function softDeleteField(model: SchemaModelNode): string | undefined {
  return model.fields.find(
    (field) =>
      /^(deletedAt|deleted_at|isDeleted|is_deleted|deleted|archivedAt|archived_at)$/.test(field.name) &&
      /^(DateTime|Boolean)$/.test(field.type),
  )?.name;
}

/** Exported schemas of input: what a schema library made, in server code. */
export function validationsOf(workspace: Workspace, file: FileId): Draft[] {
  const facts = workspace.facts(file);
  const role = workspace.role(file);
  if (facts?.kind !== 'ts' || role === 'tooling' || role === 'generated' || role === 'client') return [];
  if (!facts.imports.some((item) => isSchemaLibrary(item.spec))) return [];
  return facts.exports.flatMap((item): Draft[] => {
    if (item.e !== 'local') return [];
    const declaration = topLevel(facts).find(({ b }) => b === item.b);
    const value = workspace.exported(file, item.name);
    if (!declaration || !isSchema(value)) return [];
    const name = spanOf(facts, item.at);
    return [
      {
        entry: {
          id: `validation:${file}#${item.name}`,
          kind: 'validation',
          label: item.name,
          file,
          start: declaration.start,
          end: declaration.end,
          range: rangeAt(facts.lines, name.start, name.end),
        },
      },
    ];
  });
}

/** The variables that an env module validates. */
export function environmentOf(workspace: Workspace, file: FileId): Draft[] {
  const facts = workspace.facts(file);
  if (facts?.kind !== 'ts') return [];
  const role = workspace.role(file);
  if (role === 'tooling' || role === 'generated' || role === 'client') return [];
  return findVariables(facts).map((variable): Draft => {
    const { start, end } = spanOf(facts, variable.at);
    return {
      entry: {
        id: `env:${file}#${variable.name}`,
        kind: 'env',
        label: variable.name,
        detail: [variable.scope, ...(variable.optional ? ['optional'] : [])].join(' · '),
        file,
        start,
        end,
        range: rangeAt(facts.lines, start, end),
        scope: variable.scope,
        ...(variable.optional ? { optional: true as const } : {}),
      },
    };
  });
}

/** The migrations of an application's schema, oldest first, with what each destroys. */
export function migrationsOf(workspace: Workspace, app: App, schema: SchemaModel | undefined): Draft[] {
  const root = workspace.project.schemaRoots('').find((candidate) => candidate.id === app.schema);
  if (!root) return [];
  const files = workspace.store
    .list()
    .filter((file) => file.startsWith(`${root.migrations}/`) && basename(file) === 'migration.sql');
  let state = emptyDbState();
  return files.flatMap((file, i): Draft[] => {
    const facts = workspace.facts(file);
    if (facts?.kind !== 'sql') return [];
    const committed = workspace.committed(file);
    const isNew = committed === undefined ? i === files.length - 1 : !committed;
    const destructive = hazards(
      facts,
      { before: state, ...(schema ? { names: dbNames(schema) } : {}) },
      isNew ? (workspace.store.text(file) ?? '') : '',
    );
    state = foldMigrations([facts], state);
    const detail = [
      ...(isNew ? ['new'] : []),
      ...(destructive.length > 0 ? [`destructive: ${destructive.join(', ')}`] : []),
    ].join(' · ');
    return [
      {
        entry: {
          id: `migration:${file}#`,
          kind: 'migration',
          label: basename(dirname(file)),
          ...(detail === '' ? {} : { detail }),
          file,
          start: 0,
          end: facts.statements.reduce((end, statement) => Math.max(end, statement.span.end), 0),
          range: rangeAt(facts.lines, 0, 0),
          ...(isNew ? { isNew: true as const } : {}),
          ...(destructive.length > 0 ? { destructive } : {}),
        },
      },
    ];
  });
}

/** Kinds of loss, each once; with no text the comments that acknowledge one are not seen, which only adds to the list. */
function hazards(facts: SqlFacts, context: Parameters<typeof assessMigration>[1], text: string): string[] {
  return [
    ...new Set(assessMigration(facts, context, text).map((hazard) => hazard.kind.replaceAll('-', ' '))),
  ].toSorted();
}
