/** From code to the schema: the model of `prisma.post`, the fields that a query names, the model that an input schema describes. */
import { rangeAt } from '../base/lineIndex.ts';
import type { FileId } from '../base/path.ts';
import type { Span } from '../base/span.ts';
import { spanOf } from '../facts/model.ts';
import type { Value } from '../facts/tsModel.ts';
import { valuesOf } from '../facts/valueIndex.ts';
import type { SchemaModel, SchemaModelNode } from '../prisma/schema.ts';
import type { Location } from '../run/finding.ts';
import { callIndex } from '../workspace/callIndex.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { isSchema } from './reach.ts';
import { resolve, topLevel } from './symbols.ts';
import type { TsFileFacts } from './symbols.ts';

/** A place in the schema, and the text that leads there. */
export interface SchemaLink {
  /** UTF-16 offsets of the text that was asked about. */
  start: number;
  end: number;
  target: Location;
}

/** Where the schema declares what stands at an offset (UTF-16) of a TypeScript file. */
export function schemaLinkAt(workspace: Workspace, file: FileId, offset: number): SchemaLink | undefined {
  const facts = workspace.facts(file);
  const schema = workspace.schema(file);
  if (facts?.kind !== 'ts' || !schema) return undefined;
  const at = modelAt(workspace, file, facts, offset) ?? fieldAt(workspace, file, facts, offset, schema);
  const found = at ?? inputAt(workspace, file, facts, offset, schema);
  if (!found) return undefined;
  const lines = workspace.facts(found.file)?.lines ?? [0];
  const { start, end } = found.target;
  return {
    ...found.span,
    target: { file: found.file, start, end, range: rangeAt(lines, start, end) },
  };
}

interface Found {
  name: string;
  file: FileId;
  /** In the schema. */
  target: Span;
  /** In the code. */
  span: Span;
}

const holds = ({ start, end }: Span, offset: number): boolean => start <= offset && offset <= end;

function foundModel(model: SchemaModelNode, span: Span): Found {
  return { name: model.name, file: model.file, target: model.nameSpan, span };
}

/** The model whose accessor stands at an offset: `post` of `prisma.post`, whatever the client is called. */
export function modelAt(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  offset: number,
): Found | undefined {
  const schema = workspace.schema(file);
  if (!schema) return undefined;
  const member = valuesOf(facts, 'member').find(({ at }) => holds(spanOf(facts, at), offset));
  const model = member && schema.modelOf(member.name);
  if (!member || !model) return undefined;
  const span = spanOf(facts, member.at);
  // A query of this model that is asked of what stands here: the analysis knows what the client is, as in `tx.post` and `ctx.db.post`.
  const isQueried = workspace.queries(file).some((query) => {
    const call = callIndex(facts).get(query.at)?.call;
    return (
      schema.modelOf(query.model) === model &&
      call?.k === 'call' &&
      call.fn.k === 'member' &&
      call.fn.of.k === 'member' &&
      call.fn.of.at === member.at
    );
  });
  const isClient = isQueried || resolve(workspace, file, facts, member.of)?.k === 'prisma';
  return isClient ? foundModel(model, span) : undefined;
}

/** Words of queries that are fields of no model where they stand right inside a call or a relation. */
const KEYWORDS = new Set(
  'where select include omit data create update orderBy cursor distinct take skip by having _count _sum _avg _min _max'.split(
    ' ',
  ),
);

/** A field that the arguments of a query name at an offset. */
function fieldAt(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  offset: number,
  schema: SchemaModel,
): Found | undefined {
  for (const query of workspace.queries(file)) {
    const model = schema.modelOf(query.model);
    const call = callIndex(facts).get(query.at)?.call;
    const args = call?.k === 'call' ? call.args[0] : undefined;
    const found = model && args && fieldIn(facts, args, offset, schema, model, true);
    if (found) return found;
  }
  return undefined;
}

function fieldIn(
  facts: TsFileFacts,
  value: Value,
  offset: number,
  schema: SchemaModel,
  model: SchemaModelNode,
  isOutermost: boolean,
): Found | undefined {
  if (value.k === 'array') {
    for (const item of value.items) {
      const found = fieldIn(facts, item, offset, schema, model, isOutermost);
      if (found) return found;
    }
    return undefined;
  }
  if (value.k === 'cond')
    return (
      fieldIn(facts, value.then, offset, schema, model, isOutermost) ??
      fieldIn(facts, value.else, offset, schema, model, isOutermost)
    );
  if (value.k !== 'object') return undefined;
  for (const property of value.props) {
    if (property.p === 'spread') {
      const found = fieldIn(facts, property.value, offset, schema, model, isOutermost);
      if (found) return found;
    }
    if (property.p !== 'prop') continue;
    const isWord = isOutermost && KEYWORDS.has(property.name);
    const field = isWord ? undefined : schema.field(model.name, property.name);
    const span = spanOf(facts, property.at);
    if (field && holds(span, offset))
      return { name: field.name, file: model.file, target: field.nameSpan, span };
    const target = field && schema.relationTarget(model.name, field.name);
    const found = fieldIn(facts, property.value, offset, schema, target ?? model, target !== undefined);
    if (found) return found;
  }
  return undefined;
}

/** How much of a schema's keys must be fields of a model for the one to describe the other. */
const KIN = 0.5;

/** An input schema whose name or key stands at an offset, and the model it describes. */
function inputAt(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  offset: number,
  schema: SchemaModel,
): Found | undefined {
  const declared = topLevel(facts).find((item) => holds(item, offset));
  if (!declared?.value) return undefined;
  const value = workspace.moduleValue(file, declared.b);
  if (!isSchema(value) || value.k !== 'schema') return undefined;
  const keys = Object.keys(value.shape.props ?? {});
  const model = kinOf(declared.name, keys, schema);
  if (!model) return undefined;
  const name = spanOf(facts, declared.at);
  if (holds(name, offset)) return foundModel(model, name);
  for (const object of valuesOf(facts, 'object'))
    for (const property of object.props) {
      if (property.p !== 'prop' || !holds(spanOf(facts, property.at), offset)) continue;
      const field = schema.field(model.name, property.name);
      if (field && keys.includes(property.name))
        return {
          name: field.name,
          file: model.file,
          target: field.nameSpan,
          span: spanOf(facts, property.at),
        };
    }
  return undefined;
}

/** The model with the longest name in that of an input schema which shares at least half of its keys: `createOrderItemSchema`. */
function kinOf(name: string, keys: readonly string[], schema: SchemaModel): SchemaModelNode | undefined {
  const said = name.replaceAll('_', '').toLowerCase();
  return schema.models
    .filter((model) => {
      if (model.kind !== 'model' || !said.includes(model.name.replaceAll('_', '').toLowerCase()))
        return false;
      const shared = keys.filter((key) => schema.field(model.name, key)).length;
      return keys.length > 0 && shared >= keys.length * KIN;
    })
    .toSorted((a, b) => b.name.length - a.name.length)[0];
}
