/** Models, schemas of input, variables of the environment and migrations of the map. */
import { isSame } from '../base/equal.ts';
import { given } from '../base/given.ts';
import { basename, dirname } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { SchemaModel, SchemaModelNode } from '../prisma/schema.ts';
import { findVariables } from '../project/environment.ts';
import type { App } from '../project/model.ts';
import type { Derivation } from '../workspace/derivation.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Draft } from './entries.ts';
import { isSchema, isSchemaLibrary } from './reach.ts';
import { topLevel } from './symbols.ts';

type Lists = Partial<Record<'key' | 'relations' | 'fields' | 'foreignKeys' | 'indexes', string[]>>;

/** Lists that have something in them. */
function listed(lists: Lists): Lists {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}

const TIMESTAMP = /^(created|updated|inserted|modified)(_?(at|on|date))?$/i;

/** Columns, keys to other models, and what is indexed, in the order of the schema. */
function columnsOf(schema: SchemaModel, model: SchemaModelNode): Lists {
  return {
    fields: schema
      .scalars(model.name)
      .filter((field) => !(field.type === 'DateTime' && TIMESTAMP.test(field.name)))
      .map((field) => `${field.name}: ${field.type}${field.list ? '[]' : field.optional ? '?' : ''}`),
    foreignKeys: model.fields.flatMap((field) =>
      field.relation && field.relation.fields.length > 0
        ? [`${field.relation.fields.join(', ')} → ${field.type}`]
        : [],
    ),
    indexes: [
      ...model.fields.flatMap((field) => (field.unique ? [`unique (${field.name})`] : [])),
      ...model.uniques.map(({ fields }) => `unique (${fields.join(', ')})`),
      ...model.indexes.map(({ fields }) => `(${fields.join(', ')})`),
    ],
  };
}

/** The models, views and composite types of a schema. */
export function modelsOf(schema: SchemaModel): Draft[] {
  return schema.models.map((model): Draft => {
    const owner = ownerText(schema, model.name);
    const softDelete = softDeleteField(model);
    const relations = model.fields
      .filter((field) => schema.isRelation(field))
      .map((field) => `${field.name}: ${field.type}${field.list ? '[]' : field.optional ? '?' : ''}`);
    // Where there is no `@id`, the first unique criterion identifies rows.
    const ids = model.fields.filter((field) => field.id).map((field) => field.name);
    const declared = model.id?.fields ?? ids;
    const key = declared.length > 0 ? declared : (schema.uniqueKeys(model.name)[0]?.fields ?? []);
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
        ...listed({ key: [...key], relations, ...columnsOf(schema, model) }),
        ...given({ owner, softDelete }),
      },
      place: { name: model.nameSpan, whole: model.span },
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
    const fields = value.k === 'schema' ? Object.keys(value.shape.props ?? {}) : [];
    return [
      {
        entry: {
          id: `validation:${file}#${item.name}`,
          kind: 'validation',
          label: item.name,
          file,
          ...(fields.length > 0 ? { fields } : {}),
        },
        place: { at: item.at, b: declaration.b },
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
    return {
      entry: {
        id: `env:${file}#${variable.name}`,
        kind: 'env',
        label: variable.name,
        detail: [variable.scope, ...(variable.optional ? ['optional'] : [])].join(' · '),
        file,
        scope: variable.scope,
        ...(variable.optional ? { optional: true as const } : {}),
      },
      place: { at: variable.at },
    };
  });
}

/** The migrations of an application's schema, oldest first, with what each destroys. */
export function migrationsOf(workspace: Workspace, app: App): Draft[] {
  const root = workspace.project.schemaRoots('').find((candidate) => candidate.id === app.schema);
  if (!root) return [];
  const files = workspace.migrationFiles(root.migrations);
  return files.flatMap((file, i): Draft[] => {
    const draft = workspace.derived(migrationDraft, file);
    if (!draft) return [];
    const committed = workspace.committed(file);
    const isNew = committed === undefined ? i === files.length - 1 : !committed;
    const { destructive } = draft.entry;
    const detail = [
      ...(isNew ? ['new'] : []),
      ...(destructive ? [`destructive: ${destructive.join(', ')}`] : []),
    ].join(' · ');
    return [
      {
        ...draft,
        entry: {
          ...draft.entry,
          ...(detail === '' ? {} : { detail }),
          ...(isNew ? { isNew: true as const } : {}),
        },
      },
    ];
  });
}

const migrationDraft: Derivation<Draft | undefined> = {
  name: 'migrationDraft',
  compute: (workspace, file) => {
    const facts = workspace.facts(file);
    if (facts?.kind !== 'sql') return undefined;
    const hazards = workspace.migrationState(file)?.hazards ?? [];
    const destructive = [...new Set(hazards.map(({ kind }) => kind.replaceAll('-', ' ')))].toSorted();
    return {
      entry: {
        id: `migration:${file}#`,
        kind: 'migration',
        label: basename(dirname(file)),
        file,
        ...(destructive.length > 0 ? { destructive } : {}),
      },
      place: {
        name: { start: 0, end: 0 },
        whole: {
          start: 0,
          end: facts.statements.reduce((end, statement) => Math.max(end, statement.span.end), 0),
        },
      },
    };
  },
  equal: isSame,
};
