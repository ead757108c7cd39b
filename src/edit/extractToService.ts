/** *Extract to service*: a Prisma call of a page, a route or an action becomes a function of the service layer, imported back. */
import { ts } from 'ts-morph';
import { parseTs } from '../facts/parseTs.ts';
import type { Abs } from '../workspace/abs.ts';
import type { QueryFact } from '../workspace/summary.ts';
import { capturesOf } from './captures.ts';
import { importsFor } from './carriedImports.ts';
import type { EditContext, FixOutcome } from './fix.ts';
import { appended, functionText, has, movedText, newModule, sourceEdits } from './movedCode.ts';
import { slotsOf } from './prismaSlots.ts';
import type { Slot } from './prismaSlots.ts';
import { allNames, declarationOf, isImported, isInside } from './scopes.ts';
import { camelOf, functionNames, serviceModule } from './serviceModule.ts';
import { specifierFor } from './specifier.ts';
import { styleOf } from './style.ts';

interface Unit {
  node: ts.CallExpression | ts.TaggedTemplateExpression;
  /** The client that the call is made on. */
  root: ts.Identifier;
  op: string;
  /** Client accessor; `''` for raw queries and transactions. */
  model: string;
}

/** Moves the Prisma call whose operation stands at two offsets, or the transaction around it. */
export function extractToService(context: EditContext, start: number, end: number): FixOutcome {
  const { workspace, file } = context;
  const source = context.sourceOf(file);
  const unit = source && unitAt(source, start, end);
  if (!source || !unit) return { refuse: 'The call can no longer be found.' };
  if (typeof unit === 'string') return { refuse: unit };
  const schema = workspace.schema(file);
  if (!schema) return { refuse: 'No Prisma schema was found for this file.' };
  const isTransaction = unit.op === '$transaction';
  const calls = prismaCallsIn(unit.node);
  const slots = new Map<ts.Node, Slot>();
  for (const call of calls)
    for (const [node, slot] of slotsOf(schema, call.model, call.op, call.node.arguments[0]))
      slots.set(node, slot);
  const whole = calls.find(({ node }) => node.arguments[0] && !isLiteral(node.arguments[0]));
  if (whole)
    return {
      refuse:
        'The arguments are made elsewhere. The result has their type only while they are written in place.',
    };
  const captures = capturesOf(unit.node, slots, knownTypes(context, unit), isTransaction);
  if ('refuse' in captures) return captures;
  const about = unit.model === '' ? modelOf(calls, unit.node) : unit.model;
  const modelName = schema.modelOf(about)?.name ?? about;
  if (modelName === '') return { refuse: 'It is not clear which model the function would be about.' };
  const target = serviceModule(workspace, file, modelName);
  if ('refuse' in target) return target;
  const targetText = target.exists ? context.textOf(target.file) : '';
  const targetSource = target.exists ? context.sourceOf(target.file) : parseTs(target.file, '', true);
  if (targetText === undefined || !targetSource) return { refuse: `${target.file} can't be read.` };
  const taken = new Set([...allNames(source), ...allNames(targetSource)]);
  const spec = specifierFor(workspace, file, target.file);
  if (spec === undefined) return { refuse: 'This package has no way to import a service module.' };
  const needed = importsFor(context, source, targetSource, captures, target.file);
  if (typeof needed === 'string') return { refuse: needed };
  const { imports, renamed } = needed;
  const style = styleOf(targetText === '' ? context.text : targetText);
  const isRead = !isTransaction && READS.test(unit.op);
  const isCached =
    isRead &&
    workspace.app(file)?.router === 'app' &&
    captures.parameters.every(({ primitive }) => primitive) &&
    !isFluent(unit.node);
  if (isCached) imports.push({ spec: 'react', name: 'cache' });
  const body = movedText(unit.node, captures.parameters, renamed, style.indent);
  const write = (name: string): string => functionText(body, name, captures.parameters, { style, isCached });
  const names = namesFor(unit, modelName, slots, allNames(targetSource));
  const same = names.find(
    (candidate) => !allNames(source).has(candidate) && has(targetSource, candidate, write(candidate)),
  );
  const name = same ?? names.find((candidate) => !taken.has(candidate));
  if (name === undefined) return { refuse: `${target.file} has functions of all names that would fit.` };
  const call = `${name}(${captures.parameters.map(({ argument }) => argument).join(', ')})`;
  const here = { file, create: false, edits: sourceEdits(source, unit.node, call, { spec, name }) };
  if (same !== undefined) return { changes: [here] };
  const code = write(name);
  return {
    changes: [
      here,
      {
        file: target.file,
        create: !target.exists,
        edits: target.exists
          ? appended(target.file, targetText, targetSource, imports, code, style)
          : [{ start: 0, end: 0, text: newModule(workspace, target.file, imports, code, style) }],
      },
    ],
  };
}

const READS = /^(find|count$|aggregate$|groupBy$|\$queryRaw$)/;
const OPERATIONS =
  /^(find(Many|First|Unique)(OrThrow)?|create(Many(AndReturn)?)?|update(Many(AndReturn)?)?|upsert|delete(Many)?|count|aggregate|groupBy)$/;

/** The call, or the transaction that it is part of; a text says why it can't be moved. */
function unitAt(source: ts.SourceFile, start: number, end: number): Unit | string | undefined {
  let name: ts.Node | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.getStart(source) === start && node.end === end) name = node;
    if (node.pos <= start && end <= node.end) ts.forEachChild(node, visit);
  };
  visit(source);
  let node: ts.CallExpression | ts.TaggedTemplateExpression | undefined;
  for (let at = name; at && !ts.isStatement(at); at = at.parent) {
    const isOwn =
      (ts.isCallExpression(at) && isInside(name as ts.Node, at.expression)) ||
      (ts.isTaggedTemplateExpression(at) && isInside(name as ts.Node, at.tag));
    if (isOwn) {
      node = at as ts.CallExpression | ts.TaggedTemplateExpression;
      break;
    }
  }
  if (!node) return undefined;
  for (let at: ts.Node = node; at; at = at.parent)
    if (ts.isCallExpression(at) && calleeName(at) === '$transaction') node = at;
  const callee = ts.isCallExpression(node) ? node.expression : node.tag;
  const words: string[] = [];
  let root: ts.Expression = callee;
  while (ts.isPropertyAccessExpression(root)) {
    words.unshift(root.name.text);
    root = root.expression;
  }
  if (!ts.isIdentifier(root) || words.length === 0 || words.length > 2)
    return 'The client is not called by an imported name here. Move the call by hand.';
  const declaration = declarationOf(root);
  if (!declaration || !isImported(declaration))
    return `\`${root.text}\` is not imported: a service function can't reach it. Pass it on by hand.`;
  return { node, root, op: words.at(-1) ?? '', model: words.length === 2 ? (words[0] ?? '') : '' };
}

function calleeName(call: ts.CallExpression): string | undefined {
  return ts.isPropertyAccessExpression(call.expression) ? call.expression.name.text : undefined;
}

function isLiteral(node: ts.Expression): boolean {
  let inner = node;
  while (ts.isParenthesizedExpression(inner) || ts.isAsExpression(inner) || ts.isSatisfiesExpression(inner))
    inner = inner.expression;
  return ts.isObjectLiteralExpression(inner);
}

interface Call {
  node: ts.CallExpression;
  model: string;
  op: string;
}

function prismaCallsIn(unit: ts.Node): Call[] {
  const out: Call[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { name, expression: of } = node.expression;
      if (OPERATIONS.test(name.text) && ts.isPropertyAccessExpression(of))
        out.push({ node, model: of.name.text, op: name.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(unit);
  return out;
}

/** The model that a transaction writes first, or the table that a raw query names. */
function modelOf(calls: readonly Call[], unit: ts.Node): string {
  const write = calls.find(({ op }) => !READS.test(op)) ?? calls[0];
  if (write) return write.model;
  return /\b(?:from|update|into)\s+"?(\w+)"?/i.exec(unit.getText())?.[1] ?? '';
}

/** What the interpreter knows: the session's id and e-mail are texts. */
function knownTypes(context: EditContext, unit: Unit): (slot: Slot) => string | undefined {
  const { start, end } = { start: unit.node.getStart(), end: unit.node.end };
  const queries: readonly QueryFact[] = context.workspace.queries(context.file).filter((query) => {
    const at = context.facts.spans[query.at * 2] ?? -1;
    return start <= at && at < end && query.model === unit.model;
  });
  return (slot) => {
    for (const query of queries) {
      let value: Abs | undefined = query.args;
      for (const key of slot.path) value = value?.k === 'object' ? value.props[key] : undefined;
      if (value?.k === 'session' && /^(user\.)?(id|email)$|^userId$/.test(value.path.join('.')))
        return 'string';
    }
    return undefined;
  };
}

function namesFor(
  unit: Unit,
  model: string,
  slots: ReadonlyMap<ts.Node, Slot>,
  siblings: ReadonlySet<string>,
): string[] {
  const owner = enclosingName(unit.node);
  if (unit.op.startsWith('$')) {
    const base =
      unit.op === '$transaction'
        ? `${owner ?? `save${model}`}Transaction`
        : `${unit.op.startsWith('$query') ? 'query' : 'execute'}${owner === undefined ? model : owner.charAt(0).toUpperCase() + owner.slice(1)}`;
    return [base, ...[2, 3, 4].map((n) => `${base}${n}`)];
  }
  const of = (part: string): string[] => [
    ...new Set(
      [...slots]
        .filter(
          ([node, { path }]) =>
            path[0] === part && path.length === 2 && (part === 'data' || !isConstant(node)),
        )
        .map(([, { name }]) => name),
    ),
  ];
  return functionNames(model, unit.op, { where: of('where'), data: of('data') }, siblings);
}

function isConstant(node: ts.Node): boolean {
  return ts.isLiteralExpression(node) || /^(true|false|null|undefined)$/.test(node.getText());
}

function enclosingName(node: ts.Node): string | undefined {
  for (let at = node.parent; at; at = at.parent) {
    if (ts.isFunctionDeclaration(at) && at.name) return camelOf(at.name.text);
    if ((ts.isArrowFunction(at) || ts.isFunctionExpression(at)) && ts.isVariableDeclaration(at.parent))
      return ts.isIdentifier(at.parent.name) ? camelOf(at.parent.name.text) : undefined;
  }
  return undefined;
}

/** `findUnique(…).author()`: what follows needs the call's own result. */
function isFluent(node: ts.Node): boolean {
  const { parent } = node;
  return (
    ts.isPropertyAccessExpression(parent) &&
    parent.expression === node &&
    !/^(then|catch|finally)$/.test(parent.name.text)
  );
}
