/** A schema joined from its files, and what rules ask of it. */
import type { FileId } from '../base/path.ts';
import type {
  PrismaDatasource,
  PrismaEnum,
  PrismaFacts,
  PrismaField,
  PrismaGenerator,
  PrismaModel,
} from '../facts/prismaModel.ts';
import { ownerPaths } from './ownership.ts';
import type { OwnerPath } from './ownership.ts';

export type InFile<T> = T & { file: FileId };
export type SchemaModelNode = InFile<PrismaModel>;

/** The scalar types of the Prisma schema language; every other type name is a model, a composite type or an enum. */
export const scalarTypes: ReadonlySet<string> = new Set([
  'String',
  'Boolean',
  'Int',
  'BigInt',
  'Float',
  'Decimal',
  'DateTime',
  'Json',
  'Bytes',
  'Unsupported',
]);

/** Joins the facts of a single-file or multi-file schema. Of two declarations of one name the first (by file order) counts. */
export function mergePrisma(files: readonly { file: FileId; facts: PrismaFacts }[]): SchemaModel {
  return new SchemaModel(files);
}

/** The name under which Prisma Client offers a model: `OrderItem` → `orderItem`. */
export function clientAccessor(model: string): string {
  return model.charAt(0).toLowerCase() + model.slice(1);
}

export class SchemaModel {
  readonly models: readonly SchemaModelNode[];
  readonly enums: readonly InFile<PrismaEnum>[];
  readonly generators: readonly InFile<PrismaGenerator>[];
  readonly datasources: readonly InFile<PrismaDatasource>[];
  readonly #byName = new Map<string, SchemaModelNode>();
  readonly #byAccessor = new Map<string, SchemaModelNode>();
  readonly #enums = new Map<string, InFile<PrismaEnum>>();
  readonly #owners = new Map<string, readonly OwnerPath[]>();

  constructor(files: readonly { file: FileId; facts: PrismaFacts }[]) {
    const from = <T>(pick: (facts: PrismaFacts) => readonly T[]): InFile<T>[] =>
      files.flatMap(({ file, facts }) => pick(facts).map((item) => ({ ...item, file })));
    this.models = from((facts) => facts.models);
    this.enums = from((facts) => facts.enums);
    this.generators = from((facts) => facts.generators);
    this.datasources = from((facts) => facts.datasources);
    for (const model of this.models) {
      if (!this.#byName.has(model.name)) this.#byName.set(model.name, model);
      const accessor = clientAccessor(model.name);
      if (model.kind !== 'type' && !this.#byAccessor.has(accessor)) this.#byAccessor.set(accessor, model);
    }
    for (const item of this.enums) if (!this.#enums.has(item.name)) this.#enums.set(item.name, item);
  }

  model(name: string): SchemaModelNode | undefined {
    return this.#byName.get(name);
  }

  /** The model behind `prisma.<accessor>`: `orderItem` → `OrderItem`. */
  modelOf(accessor: string): SchemaModelNode | undefined {
    return this.#byAccessor.get(accessor);
  }

  /** The model of a table name (`@@map` respected); `schema` is compared only when both sides name one. */
  modelOfTable(table: string, schema?: string): SchemaModelNode | undefined {
    return this.models.find(
      (model) =>
        model.kind !== 'type' &&
        (model.dbName ?? model.name) === table &&
        (schema === undefined || model.schema === undefined || model.schema === schema),
    );
  }

  enum(name: string): InFile<PrismaEnum> | undefined {
    return this.#enums.get(name);
  }

  field(model: string, field: string): PrismaField | undefined {
    return this.#byName.get(model)?.fields.find((candidate) => candidate.name === field);
  }

  /** The field of a column name (`@map` respected). */
  fieldOfColumn(model: string, column: string): PrismaField | undefined {
    return this.#byName
      .get(model)
      ?.fields.find((field) => (field.dbName ?? field.name) === column && !this.isRelation(field));
  }

  isRelation(field: PrismaField): boolean {
    const target = this.#byName.get(field.type);
    return target !== undefined && target.kind !== 'type';
  }

  /** The model that a relation field points to; `undefined` for scalars, enums and unknown fields. */
  relationTarget(model: string, field: string): SchemaModelNode | undefined {
    const found = this.field(model, field);
    return found && this.isRelation(found) ? this.#byName.get(found.type) : undefined;
  }

  /** Whether a field is a relation with many rows on the other side. */
  isToMany(model: string, field: string): boolean {
    return this.relationTarget(model, field) !== undefined && this.field(model, field)?.list === true;
  }

  /** The relation field on the other model that belongs to this one (by relation name, else the only one of that type). */
  inverse(model: string, field: string): PrismaField | undefined {
    const here = this.field(model, field);
    const target = this.relationTarget(model, field);
    if (!here || !target) return undefined;
    const candidates = target.fields.filter(
      (other) => other.type === model && !(target.name === model && other.name === field),
    );
    const name = here.relation?.name;
    return name === undefined
      ? candidates.length === 1
        ? candidates[0]
        : undefined
      : candidates.find((other) => other.relation?.name === name);
  }

  /** Column fields: everything but relations. */
  scalars(model: string): PrismaField[] {
    return this.#byName.get(model)?.fields.filter((field) => !this.isRelation(field)) ?? [];
  }

  /** The sets of fields of which one selects at most one row: `@id`, `@unique`, `@@id`, `@@unique` (none that is partial). */
  uniqueKeys(model: string): { fields: readonly string[]; selector: string }[] {
    const found = this.#byName.get(model);
    if (!found) return [];
    const single = found.fields
      .filter((field) => field.id || field.unique)
      .map((field) => ({ fields: [field.name], selector: field.name }));
    const compound = [...(found.id ? [found.id] : []), ...found.uniques]
      .filter((key) => !key.partial && key.fields.length > 0)
      .map((key) => ({ fields: key.fields, selector: key.name ?? key.fields.join('_') }));
    return [...single, ...compound];
  }

  /** Whether an equality on all these fields selects at most one row; compound selectors (`id_userId`) count as their fields. */
  isUnique(model: string, fields: readonly string[]): boolean {
    const keys = this.uniqueKeys(model);
    return keys.some(
      (key) => fields.includes(key.selector) || key.fields.every((field) => fields.includes(field)),
    );
  }

  /** Whether an index, a key or a unique begins with this field. */
  isIndexed(model: string, field: string): boolean {
    const found = this.#byName.get(model);
    return (
      this.uniqueKeys(model).some((key) => key.fields[0] === field) ||
      (found?.indexes.some((index) => !index.partial && index.fields[0] === field) ?? false)
    );
  }

  /**
   * The model of the people who sign in: the one that Auth.js' `Account` or `Session` models point to by a required
   * relation, else the model called `User` (then `Users`, `users`, `user`).
   */
  get userModel(): SchemaModelNode | undefined {
    for (const name of ['Account', 'Session', 'account', 'session']) {
      const model = this.#byName.get(name);
      const owner = model?.fields.find(
        (field) =>
          !field.list && !field.optional && field.relation && this.isRelation(field) && isPersonLike(field),
      );
      if (owner) return this.#byName.get(owner.type);
    }
    return ['User', 'Users', 'users', 'user']
      .map((name) => this.#byName.get(name))
      .find((model) => model !== undefined);
  }

  /**
   * Every way from a model to its user, best first (direct, then over parents, then over a membership); empty for a model that
   * nobody owns, for the user model itself, and when there is no user model.
   */
  ownerPaths(model: string): readonly OwnerPath[] {
    const known = this.#owners.get(model);
    if (known) return known;
    const paths = ownerPaths(this, model);
    this.#owners.set(model, paths);
    return paths;
  }

  /** The best owner path: its `keys` are the model's owner key. */
  ownerPath(model: string): OwnerPath | undefined {
    return this.ownerPaths(model)[0];
  }

  isOwned(model: string): boolean {
    return this.ownerPaths(model).length > 0;
  }

  /**
   * A small table of named values (countries, categories, plans): no way to the user at all, not even an optional one; a unique
   * short name or code; at most six columns besides id and timestamps; keys to nothing but other lookups.
   * A guess from the shape alone: a caller should also look whether requests write it.
   */
  isLookup(model: string): boolean {
    return this.#looksLikeLookup(model, new Set());
  }

  #looksLikeLookup(name: string, seen: Set<string>): boolean {
    const model = this.#byName.get(name);
    const user = this.userModel;
    if (
      !model ||
      model.kind !== 'model' ||
      model.broken ||
      model === user ||
      this.isOwned(name) ||
      seen.has(name)
    )
      return false;
    seen.add(name);
    const columns = this.scalars(name).filter(
      (field) =>
        !field.id && !(field.type === 'DateTime' && /^(created|updated|inserted|modified)/i.test(field.name)),
    );
    const named = model.fields.some(
      (field) =>
        (field.unique || field.id) &&
        (field.type === 'String' || this.#enums.has(field.type)) &&
        /^(name|slug|code|key|label|title|symbol|iso\w*|abbreviation)$/i.test(field.name),
    );
    if (!named || columns.length > 6) return false;
    if (
      columns.some(
        (field) =>
          field.type === 'DateTime' ||
          field.type === 'Json' ||
          /token|secret|password|hash/i.test(field.name),
      )
    )
      return false;
    return model.fields.every((field) => {
      if (!this.isRelation(field)) return true;
      if (field.type === user?.name && !field.list) return false;
      const holdsKey = (field.relation?.fields.length ?? 0) > 0;
      return !holdsKey || field.type === name || this.#looksLikeLookup(field.type, seen);
    });
  }
}

function isPersonLike(field: PrismaField): boolean {
  return /user|account|member|person|profile|customer|owner/i.test(`${field.name} ${field.type}`);
}
