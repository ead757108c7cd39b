/** From the parser's nodes to facts: one function per kind of node. */
import type {
  BlockAttribute,
  ConfigBlock,
  EnumDeclaration,
  FieldAttribute,
  FieldDeclaration,
  ModelDeclaration,
  NameNode,
  PrismaType,
  SchemaArgument,
  SchemaExpression,
  SourceRange,
} from '@loancrate/prisma-schema-parser';
import { given } from '../base/given.ts';
import type { Span } from '../base/span.ts';
import type {
  PrismaComment,
  PrismaConfigBlock,
  PrismaDatasource,
  PrismaDefault,
  PrismaEnum,
  PrismaField,
  PrismaGenerator,
  PrismaKey,
  PrismaModel,
  PrismaRelation,
  PrismaSetting,
} from './prismaModel.ts';
import { docOf } from './prismaText.ts';

/** What the readers of nodes need: the file's text, and where the parsed piece lies in it. */
export interface Source {
  text: string;
  comments: PrismaComment[];
  /** Offset of the parsed piece's first character in the text. */
  base: number;
}

export function model(source: Source, node: ModelDeclaration): PrismaModel {
  const span = spanOf(source, node.location);
  const out: PrismaModel = {
    kind: node.kind,
    name: node.name.value,
    nameSpan: spanOf(source, node.name.location),
    span,
    bodyEnd: closingBrace(source, span),
    fields: [],
    uniques: [],
    indexes: [],
    ignored: false,
    broken: false,
    ...given({ doc: docOf(source.text, source.comments, span, false) }),
  };
  for (const member of node.members) {
    if (member.kind === 'field') {
      const read = field(source, member);
      if (read) out.fields.push(read);
      else out.broken = true;
    } else if (member.kind === 'blockAttribute') blockAttribute(source, out, member);
  }
  return out;
}

function blockAttribute(source: Source, out: PrismaModel, node: BlockAttribute): void {
  const name = node.path.value.join('.');
  if (name === 'map') out.dbName = stringOf(positional(node.args, 'name', 0)) ?? out.name;
  else if (name === 'schema') out.schema = stringOf(positional(node.args, 'map', 0)) ?? '';
  else if (name === 'ignore') out.ignored = true;
  else if (name === 'id') out.id = key(source, node);
  else if (name === 'unique') out.uniques.push(key(source, node));
  else if (name === 'index' || name === 'fulltext') out.indexes.push(key(source, node));
}

function key(source: Source, node: BlockAttribute): PrismaKey {
  const list = positional(node.args, 'fields', 0);
  return {
    fields: namesOf(list),
    partial: named(node.args, 'where') !== undefined,
    span: spanOf(source, node.location, node.comment?.location),
    ...given({
      name: stringOf(named(node.args, 'name')),
      map: stringOf(named(node.args, 'map')),
      type: pathOf(named(node.args, 'type')),
      ...keyDetails(list),
    }),
  };
}

/** What a key says of single fields: `[createdAt(sort: Desc), payload(ops: JsonbPathOps)]`. */
function keyDetails(list: SchemaExpression | undefined): Pick<PrismaKey, 'descending' | 'ops'> {
  const calls = (list?.kind === 'array' ? list.items : [list]).flatMap((item) =>
    item?.kind === 'functionCall' ? [{ name: item.path.value.join('.'), args: item.args ?? [] }] : [],
  );
  const descending = calls
    .filter(({ args }) => pathOf(named(args, 'sort')) === 'Desc')
    .map(({ name }) => name);
  const ops = calls.flatMap(({ name, args }) => {
    const value = named(args, 'ops');
    return value ? [[name, pathOf(value) ?? 'raw'] as const] : [];
  });
  return {
    ...(descending.length > 0 ? { descending } : {}),
    ...(ops.length > 0 ? { ops: Object.fromEntries(ops) } : {}),
  };
}

/** A field, or `undefined` while its type is not written yet: the parser gives `null` then, against its own types. */
function field(source: Source, node: FieldDeclaration): PrismaField | undefined {
  const written = node.type as PrismaType | null;
  if (written === null) return undefined;
  const { list, optional, base, unsupported } = unwrap(written);
  const span = spanOf(source, node.location, node.comment?.location);
  const nameSpan = spanOf(source, node.name.location);
  const type = base?.value ?? 'Unsupported';
  const typeStart = base ? undefined : source.text.indexOf('Unsupported', nameSpan.end);
  const out: PrismaField = {
    name: node.name.value,
    nameSpan,
    span,
    type,
    typeSpan:
      typeStart === undefined
        ? spanOf(source, base?.location)
        : { start: typeStart, end: typeStart + type.length },
    list,
    optional,
    id: false,
    unique: false,
    updatedAt: false,
    ignored: false,
    attributes: [],
    ...given({ doc: docOf(source.text, source.comments, span, true), unsupported }),
  };
  for (const attribute of node.attributes ?? []) fieldAttribute(source, out, attribute);
  return out;
}

function fieldAttribute(source: Source, out: PrismaField, node: FieldAttribute): void {
  const name = node.path.value.join('.');
  const span = spanOf(source, node.location);
  const args = argumentText(source.text, span);
  out.attributes.push({ name, args: source.text.slice(args.start, args.end), span });
  if (name === 'id') out.id = true;
  else if (name === 'unique') out.unique = true;
  else if (name === 'updatedAt') out.updatedAt = true;
  else if (name === 'ignore') out.ignored = true;
  else if (name === 'map') out.dbName = stringOf(positional(node.args, 'name', 0)) ?? out.name;
  else if (name === 'relation') out.relation = relation(node, span);
  else if (name === 'default') {
    const value = positional(node.args, 'value', 0);
    if (value)
      out.default = { kind: defaultKind(value), raw: source.text.slice(args.start, args.end), span: args };
  } else if (node.path.value[0] === 'db' && node.path.value.length > 1) {
    const values = (node.args ?? []).map((arg) => String(literalOf(expressionOf(arg)) ?? ''));
    out.native = { name: node.path.value.slice(1).join('.'), args: values, span };
  }
}

function relation(node: FieldAttribute, span: Span): PrismaRelation {
  return {
    fields: namesOf(named(node.args, 'fields')),
    references: namesOf(named(node.args, 'references')),
    span,
    ...given({
      name: stringOf(positional(node.args, 'name', 0)),
      onDelete: pathOf(named(node.args, 'onDelete')),
      onUpdate: pathOf(named(node.args, 'onUpdate')),
      map: stringOf(named(node.args, 'map')),
    }),
  };
}

/** Functions of `@default` that Prisma Client evaluates, not the database (stack of Prisma 7: "prisma-level default"). */
const clientFunctions = new Set(['uuid', 'cuid', 'nanoid', 'ulid']);

function defaultKind(value: SchemaExpression): PrismaDefault['kind'] {
  if (value.kind === 'literal') return 'literal';
  if (value.kind === 'array') return 'list';
  if (value.kind === 'path') return 'enum';
  const name = value.path.value.join('.').trim();
  if (name === 'autoincrement' || name === 'sequence') return 'sequence';
  if (name === 'now' || name === 'dbgenerated') return 'database';
  return clientFunctions.has(name) ? 'client' : 'function';
}

export function enumeration(source: Source, node: EnumDeclaration): PrismaEnum {
  const span = spanOf(source, node.location);
  const out: PrismaEnum = {
    name: node.name.value,
    nameSpan: spanOf(source, node.name.location),
    span,
    values: [],
    ...given({ doc: docOf(source.text, source.comments, span, false) }),
  };
  for (const member of node.members) {
    if (member.kind === 'enumValue') {
      const map = member.attributes?.find((attribute) => attribute.path.value.join('.') === 'map');
      const at = spanOf(source, member.name.location);
      const all = spanOf(source, member.location, member.comment?.location);
      out.values.push({
        name: member.name.value,
        span: at,
        ...given({
          dbName: map && stringOf(positional(map.args, 'name', 0)),
          doc: docOf(source.text, source.comments, all, true),
        }),
      });
    } else if (member.kind === 'blockAttribute') {
      const name = member.path.value.join('.');
      const value = stringOf(positional(member.args, name === 'map' ? 'name' : 'map', 0));
      if (name === 'map' && value !== undefined) out.dbName = value;
      if (name === 'schema' && value !== undefined) out.schema = value;
    }
  }
  return out;
}

export function configBlock(source: Source, node: ConfigBlock): PrismaConfigBlock {
  const span = spanOf(source, node.location);
  const settings: PrismaSetting[] = [];
  for (const member of node.members) {
    if (member.kind !== 'config') continue;
    const all = spanOf(source, member.location, member.comment?.location);
    const equals = source.text.indexOf('=', all.start);
    const valueStart = skipBlank(source.text, equals < 0 ? all.start : equals + 1, all.end);
    settings.push({
      name: member.name.value,
      nameSpan: spanOf(source, member.name.location),
      raw: source.text.slice(valueStart, all.end),
      valueSpan: { start: valueStart, end: all.end },
      span: all,
      ...given({ value: stringOf(member.value) }),
    });
  }
  const nameSpan = spanOf(source, node.name.location);
  return withProvider({
    name: node.name.value,
    nameSpan,
    span,
    bodyEnd: closingBrace(source, span),
    settings,
  });
}

export function withProvider(block: PrismaConfigBlock): PrismaConfigBlock {
  return { ...block, ...given({ provider: setting(block, 'provider')?.value }) };
}

function setting(block: PrismaConfigBlock, name: string): PrismaSetting | undefined {
  return block.settings.find((candidate) => candidate.name === name);
}

export function generator(block: PrismaConfigBlock): PrismaGenerator {
  const previewFeatures = stringList(setting(block, 'previewFeatures')?.raw);
  return { ...block, previewFeatures, ...given({ output: setting(block, 'output')?.value }) };
}

export function datasource(block: PrismaConfigBlock): PrismaDatasource {
  const schemas = stringList(setting(block, 'schemas')?.raw);
  return { ...block, schemas, ...given({ relationMode: setting(block, 'relationMode')?.value }) };
}

function stringList(raw: string | undefined): string[] {
  return [...(raw ?? '').matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? '');
}

function unwrap(type: PrismaType): {
  list: boolean;
  optional: boolean;
  base: NameNode | undefined;
  unsupported: string | undefined;
} {
  const base = type.kind === 'typeId' || type.kind === 'unsupported' ? type : type.type;
  return {
    list: type.kind === 'list',
    optional: type.kind === 'optional',
    base: base.kind === 'typeId' ? base.name : undefined,
    unsupported: base.kind === 'unsupported' ? base.type.value : undefined,
  };
}

/** The named argument, or the one at that index of those without a name, wherever they stand. */
function positional(
  args: SchemaArgument[] | undefined,
  name: string,
  index: number,
): SchemaExpression | undefined {
  const explicit = named(args, name);
  if (explicit) return explicit;
  return args?.filter((arg) => arg.kind !== 'namedArgument')[index];
}

function named(args: SchemaArgument[] | undefined, name: string): SchemaExpression | undefined {
  for (const arg of args ?? [])
    if (arg.kind === 'namedArgument' && arg.name.value === name) return arg.expression;
  return undefined;
}

function expressionOf(arg: SchemaArgument): SchemaExpression {
  return arg.kind === 'namedArgument' ? arg.expression : arg;
}

function literalOf(node: SchemaExpression | undefined): string | number | boolean | undefined {
  return node?.kind === 'literal' ? node.value : pathOf(node);
}

function stringOf(node: SchemaExpression | undefined): string | undefined {
  return node?.kind === 'literal' && typeof node.value === 'string' ? node.value : undefined;
}

function pathOf(node: SchemaExpression | undefined): string | undefined {
  return node?.kind === 'path' ? node.value.join('.') : undefined;
}

/** Field names of `[a, b(sort: Desc), c.d]`. */
function namesOf(node: SchemaExpression | undefined): string[] {
  if (!node) return [];
  const items = node.kind === 'array' ? node.items : [node];
  return items.flatMap((item) => {
    if (item.kind === 'path') return [item.value.join('.')];
    return item.kind === 'functionCall' ? [item.path.value.join('.')] : [];
  });
}

/** A node's place in the file: trailing blanks cut (the parser includes them), and a trailing comment as well. */
function spanOf(source: Source, location: SourceRange | undefined, comment?: SourceRange): Span {
  if (!location) return { start: source.base, end: source.base };
  const start = clamp(source, location.start.offset);
  let end = clamp(source, comment ? comment.start.offset : location.end.offset);
  while (end > start && /\s/.test(source.text.charAt(end - 1))) end--;
  return { start, end };
}

function clamp(source: Source, offset: number): number {
  return Math.max(0, Math.min(offset + source.base, source.text.length));
}

function closingBrace(source: Source, span: Span): number {
  return source.text.charAt(span.end - 1) === '}' ? span.end - 1 : span.end;
}

/** The text between the parentheses of an attribute, without outer blanks. */
function argumentText(text: string, attribute: Span): Span {
  const open = text.indexOf('(', attribute.start);
  if (open < 0 || open >= attribute.end) return { start: attribute.end, end: attribute.end };
  let end = text.charAt(attribute.end - 1) === ')' ? attribute.end - 1 : attribute.end;
  const start = skipBlank(text, open + 1, end);
  while (end > start && /\s/.test(text.charAt(end - 1))) end--;
  return { start, end };
}

function skipBlank(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && /\s/.test(text.charAt(at))) at++;
  return at;
}
