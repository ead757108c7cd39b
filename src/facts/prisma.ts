/**
 * Facts of a `.prisma` file. The parser stops at the first error, so a file that doesn't parse is cut into its blocks,
 * and a block that doesn't parse into its lines: one broken line costs that line.
 */
import { parsePrismaSchema } from '@loancrate/prisma-schema-parser';
import type { SchemaDeclaration, SourceRange } from '@loancrate/prisma-schema-parser';
import { given } from '../base/given.ts';
import { isTooDeep } from '../base/nesting.ts';
import type { Span } from '../base/span.ts';
import type { PrismaEnum, PrismaFacts, PrismaField } from './prismaModel.ts';
import { configBlock, datasource, enumeration, generator, model, withProvider } from './prismaNodes.ts';
import type { Source } from './prismaNodes.ts';
import { docOf, scanPrismaComments, splitPrismaBlocks } from './prismaText.ts';
import type { PrismaBlock } from './prismaText.ts';

/** Facts of one schema file. Never throws: what can't be understood becomes a problem. Offsets are UTF-16. */
export function extractPrisma(text: string): PrismaFacts {
  const facts: PrismaFacts = {
    kind: 'prisma',
    models: [],
    enums: [],
    generators: [],
    datasources: [],
    comments: scanPrismaComments(text),
    problems: [],
  };
  const source: Source = { text, comments: facts.comments, base: 0 };
  const whole = parse(text);
  if (whole.ok) {
    for (const declaration of whole.declarations) add(facts, source, declaration);
    return facts;
  }
  const blocks = splitPrismaBlocks(text);
  for (const block of blocks) {
    const piece = parse(text.slice(block.span.start, block.span.end));
    const first = piece.ok ? piece.declarations.find((node) => node.kind !== 'commentBlock') : undefined;
    if (first) add(facts, { ...source, base: block.span.start }, first);
    else {
      if (!piece.ok)
        facts.problems.push({ message: piece.message, span: moved(piece.span, block.span.start, text) });
      addBroken(facts, source, block);
    }
  }
  if (facts.problems.length === 0)
    facts.problems.push({ message: whole.message, span: moved(whole.span, 0, text) });
  return facts;
}

type Parsed = { ok: true; declarations: SchemaDeclaration[] } | { ok: false; message: string; span: Span };

function parse(text: string): Parsed {
  if (isTooDeep(text)) return { ok: false, message: 'Nested too deep', span: { start: 0, end: 0 } };
  try {
    return { ok: true, declarations: parsePrismaSchema(text).declarations };
  } catch (error) {
    // The parser's own SyntaxError has a location.
    const location = (error as { location?: Partial<SourceRange> }).location;
    const start = location?.start?.offset ?? 0;
    return {
      ok: false,
      message: error instanceof Error ? error.message : String(error),
      span: { start, end: location?.end?.offset ?? start },
    };
  }
}

function moved(span: Span, base: number, text: string): Span {
  const start = Math.min(span.start + base, text.length);
  return { start, end: Math.max(start, Math.min(span.end + base, text.length)) };
}

function add(facts: PrismaFacts, source: Source, node: SchemaDeclaration): void {
  if (node.kind === 'model' || node.kind === 'type' || node.kind === 'view')
    facts.models.push(model(source, node));
  else if (node.kind === 'enum') facts.enums.push(enumeration(source, node));
  else if (node.kind === 'generator') facts.generators.push(generator(configBlock(source, node)));
  else if (node.kind === 'datasource') facts.datasources.push(datasource(configBlock(source, node)));
}

/** Reads a block line by line, each line as if it were the only one of its block. */
function addBroken(facts: PrismaFacts, source: Source, block: PrismaBlock): void {
  const { text } = source;
  const prefix = `${block.keyword} X {\n`;
  const bodyPieces: { node: SchemaDeclaration; base: number }[] = [];
  const loose: PrismaField[] = [];
  for (const match of text.slice(block.bodyStart, block.bodyEnd).matchAll(/[^\r\n]+/g)) {
    const line = match[0];
    const start = block.bodyStart + match.index;
    if (line.trim() === '' || line.trim().startsWith('//')) continue;
    const piece = parse(`${prefix}${line}\n}`);
    const node = piece.ok ? piece.declarations[0] : undefined;
    if (node) bodyPieces.push({ node, base: start - prefix.length });
    else {
      const field = looseField(line, start);
      if (field) loose.push(field);
    }
  }
  const shell = { name: block.name, nameSpan: block.nameSpan, span: block.span, bodyEnd: block.bodyEnd };
  const doc = docOf(text, source.comments, block.span, false);
  const pieces = bodyPieces.map(({ node, base }) => ({ node, source: { ...source, base } }));
  if (block.keyword === 'enum') {
    const parts = pieces.flatMap((p) => (p.node.kind === 'enum' ? [enumeration(p.source, p.node)] : []));
    const merged: PrismaEnum = {
      name: shell.name,
      nameSpan: shell.nameSpan,
      span: shell.span,
      values: parts.flatMap((part) => part.values),
    };
    const dbName = parts.find((part) => part.dbName !== undefined)?.dbName;
    const schema = parts.find((part) => part.schema !== undefined)?.schema;
    facts.enums.push({ ...merged, ...given({ dbName, schema, doc }) });
  } else if (block.keyword === 'generator' || block.keyword === 'datasource') {
    const parts = pieces.flatMap((p) =>
      p.node.kind === 'generator' || p.node.kind === 'datasource' ? [configBlock(p.source, p.node)] : [],
    );
    const merged = withProvider({ ...shell, settings: parts.flatMap((part) => part.settings) });
    if (block.keyword === 'generator') facts.generators.push(generator(merged));
    else facts.datasources.push(datasource(merged));
  } else {
    const parts = pieces.flatMap((p) =>
      p.node.kind === 'model' || p.node.kind === 'type' || p.node.kind === 'view'
        ? [model(p.source, p.node)]
        : [],
    );
    const fields = [...parts.flatMap((part) => part.fields), ...loose];
    fields.sort((a, b) => a.nameSpan.start - b.nameSpan.start);
    facts.models.push({
      kind: block.keyword === 'view' || block.keyword === 'type' ? block.keyword : 'model',
      ...shell,
      fields,
      uniques: parts.flatMap((part) => part.uniques),
      indexes: parts.flatMap((part) => part.indexes),
      ignored: parts.some((part) => part.ignored),
      broken: true,
      ...given({
        dbName: parts.find((part) => part.dbName !== undefined)?.dbName,
        schema: parts.find((part) => part.schema !== undefined)?.schema,
        id: parts.find((part) => part.id !== undefined)?.id,
        doc,
      }),
    });
  }
}

/** A field of which only name and type can be read. */
function looseField(line: string, start: number): PrismaField | undefined {
  const match = /^([^\S\r\n]*)([A-Za-z]\w*)([^\S\r\n]+)([A-Za-z]\w*)(\[\]|\?)?/.exec(line);
  if (!match) return undefined;
  const [all, indent = '', name = '', gap = '', type = '', suffix] = match;
  const nameStart = start + indent.length;
  const typeStart = nameStart + name.length + gap.length;
  return {
    name,
    nameSpan: { start: nameStart, end: nameStart + name.length },
    span: { start: nameStart, end: start + all.length },
    type,
    typeSpan: { start: typeStart, end: typeStart + type.length },
    list: suffix === '[]',
    optional: suffix === '?',
    id: /\s@id\b/.test(line),
    unique: /\s@unique\b/.test(line),
    updatedAt: /\s@updatedAt\b/.test(line),
    ignored: /\s@ignore\b/.test(line),
    attributes: [],
  };
}
