/** What moved code takes along: the values that become parameters of its new function, and the imports it needs. */
import { ts } from 'ts-morph';
import { declarationOf, isImported, isInside, isReference, referencesIn } from './scopes.ts';
import type { Slot } from './prismaSlots.ts';
import { isStructure } from './prismaSlots.ts';
import { camelOf } from './serviceModule.ts';
import { typeOf } from './typeText.ts';
import type { TypeText } from './typeText.ts';

export interface Parameter {
  name: string;
  /** Text of the argument at the old place. */
  argument: string;
  /** Type with `undefined` and `null`. */
  type: string;
  /** One value that is compared by itself, not by identity: text, number, boolean. */
  primitive: boolean;
  uses: string[];
  zod: boolean;
  prisma: boolean;
  /** Expressions that it stands for. */
  nodes: ts.Node[];
}

export interface Captures {
  parameters: Parameter[];
  /** Imports that the moved code uses: by local name, the places. */
  imports: Map<string, ts.Identifier[]>;
}

/** What the abstract interpretation knows about an expression at a place of the arguments: `string` of the session's id. */
export type KnownType = (slot: Slot) => string | undefined;

/**
 * The captures of a piece of code, or the reason why it can't move.
 * @param slots places of Prisma arguments inside it
 * @param isFixed whether its parts run later than it (a transaction): then nothing with an effect may be evaluated before it
 */
export function capturesOf(
  unit: ts.Node,
  slots: ReadonlyMap<ts.Node, Slot>,
  known: KnownType,
  isFixed: boolean,
): Captures | { refuse: string } {
  const collector = new Collector(unit, slots, known, isFixed);
  return collector.run();
}

class Refusal extends Error {}

const VAST = 'is more than the function needs.';

class Collector {
  private readonly unit: ts.Node;
  private readonly slots: ReadonlyMap<ts.Node, Slot>;
  private readonly known: KnownType;
  private readonly isFixed: boolean;
  private readonly found = new Map<
    string,
    { node: ts.Expression; slots: (Slot | undefined)[]; nodes: ts.Node[] }
  >();
  private readonly imports = new Map<string, ts.Identifier[]>();

  constructor(unit: ts.Node, slots: ReadonlyMap<ts.Node, Slot>, known: KnownType, isFixed: boolean) {
    this.unit = unit;
    this.slots = slots;
    this.known = known;
    this.isFixed = isFixed;
  }

  run(): Captures | { refuse: string } {
    try {
      this.visit(this.unit);
      return { parameters: this.parameters(), imports: this.imports };
    } catch (error) {
      if (error instanceof Refusal) return { refuse: error.message };
      throw error;
    }
  }

  private visit(node: ts.Node): void {
    const slot = this.slots.get(node);
    if (slot && ts.isExpression(node) && !isStructure(node)) {
      this.leaf(node, slot);
      return;
    }
    if (node.kind === ts.SyntaxKind.ThisKeyword || node.kind === ts.SyntaxKind.SuperKeyword)
      throw new Refusal('It uses `this`, which a service function does not have.');
    if ((ts.isAwaitExpression(node) || ts.isYieldExpression(node)) && !this.isOwnFunction(node))
      throw new Refusal('It waits for something among its arguments. Put that into a constant first.');
    if (ts.isShorthandPropertyAssignment(node)) {
      const place = this.slots.get(node.name);
      if (place) this.leaf(node.name, place);
      else this.name(node.name);
      return;
    }
    if (ts.isPropertyAccessExpression(node) && this.capturedRoot(node)) {
      this.take(this.longestPath(node), undefined);
      return;
    }
    if (ts.isIdentifier(node) && isReference(node)) this.name(node);
    ts.forEachChild(node, (child) => this.visit(child));
  }

  /** A value at a place of the arguments: one parameter, when it is a name or a path, else its parts, else itself. */
  private leaf(node: ts.Expression, slot: Slot): void {
    if (isPath(node)) {
      const root = rootOf(node);
      const declaration = declarationOf(root);
      if (!declaration || isInside(declaration, this.unit)) return;
      if (isImported(declaration)) this.useImport(root);
      else this.take(node, slot);
      return;
    }
    const before = { found: new Map(this.found), imports: new Map(this.imports) };
    try {
      ts.forEachChild(node, (child) => this.visit(child));
      for (const [text, item] of this.found)
        if (!before.found.has(text) && !this.typed(text, item).primitive)
          throw new Refusal(`\`${text}\` ${VAST}`);
      if (callsImported(node)) throw new Refusal(`What it calls ${VAST}`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // Its parts can't be passed, or shouldn't: a form is no business of a service. What they make can.
      if (this.isFixed || this.isConditional(node)) {
        for (const [text, item] of this.found) if (!before.found.has(text)) this.typed(text, item);
        if (!error.message.endsWith(VAST)) throw error;
        return;
      }
      this.found.clear();
      this.imports.clear();
      for (const [text, item] of before.found) this.found.set(text, item);
      for (const [name, places] of before.imports) this.imports.set(name, places);
      this.take(node, slot);
    }
  }

  private name(node: ts.Identifier): void {
    const declaration = declarationOf(node);
    if (!declaration || isInside(declaration, this.unit)) return;
    if (isImported(declaration)) {
      this.useImport(node);
      return;
    }
    const isValue =
      ts.isVariableDeclaration(declaration) ||
      ts.isParameter(declaration) ||
      ts.isBindingElement(declaration);
    if (!isValue || isTypePosition(node))
      throw new Refusal(
        `It uses \`${node.text}\`, which is declared in this file. Move that to a module of its own first.`,
      );
    if (isAssigned(node)) throw new Refusal(`It changes \`${node.text}\`, a variable of the code around it.`);
    this.take(node, undefined);
  }

  private useImport(node: ts.Identifier): void {
    this.imports.set(node.text, [...(this.imports.get(node.text) ?? []), node]);
  }

  private take(node: ts.Expression, slot: Slot | undefined): void {
    const text = node.getText().replace(/\s+/g, ' ');
    const item = this.found.get(text);
    if (item) {
      item.slots.push(slot);
      item.nodes.push(node);
    } else this.found.set(text, { node, slots: [slot], nodes: [node] });
  }

  private isOwnFunction(node: ts.Node): boolean {
    for (let at = node.parent; at && at !== this.unit.parent; at = at.parent)
      if (ts.isFunctionLike(at)) return true;
    return false;
  }

  private isConditional(node: ts.Node): boolean {
    for (let at = node.parent; at && at !== this.unit; at = at.parent)
      if (ts.isConditionalExpression(at) || ts.isBinaryExpression(at) || ts.isFunctionLike(at)) return true;
    return false;
  }

  private capturedRoot(node: ts.PropertyAccessExpression): boolean {
    if (!isPath(node)) return false;
    const declaration = declarationOf(rootOf(node));
    return declaration !== undefined && !isInside(declaration, this.unit) && !isImported(declaration);
  }

  /** `input.title` of `input.title.trim()`: all but the method. */
  private longestPath(node: ts.PropertyAccessExpression): ts.Expression {
    return ts.isCallExpression(node.parent) && node.parent.expression === node ? node.expression : node;
  }

  private parameters(): Parameter[] {
    const taken = new Set([...this.imports.keys(), ...this.namesKept()]);
    const out: Parameter[] = [];
    for (const [text, item] of this.found) {
      const type = this.typed(text, item);
      const base = parameterName(item.node, item.slots.find((slot) => slot) ?? undefined);
      let name = base;
      const isFree = (candidate: string): boolean =>
        (candidate === text || !taken.has(candidate)) && !out.some((other) => other.name === candidate);
      for (let n = 2; !isFree(name); n++) name = `${base}${n}`;
      out.push({ name, argument: item.node.getText(), nodes: item.nodes, ...type });
    }
    return out;
  }

  /** Names that stay in the moved code. */
  private namesKept(): Set<string> {
    const replaced = new Set([...this.found.values()].flatMap(({ nodes }) => nodes));
    const out = new Set<string>();
    const visit = (node: ts.Node): void => {
      if (replaced.has(node)) return;
      if (ts.isIdentifier(node) && !isPropertyName(node)) out.add(node.text);
      ts.forEachChild(node, visit);
    };
    visit(this.unit);
    return out;
  }

  private typed(
    text: string,
    { node, slots }: { node: ts.Expression; slots: (Slot | undefined)[] },
  ): Pick<Parameter, 'type' | 'primitive' | 'uses' | 'zod' | 'prisma'> {
    const type = chooseType(node, slots, this.known);
    if (!type) throw new Refusal(`The type of \`${text}\` can't be told from the code. Annotate it first.`);
    return type;
  }
}

function chooseType(
  node: ts.Expression,
  all: readonly (Slot | undefined)[],
  known: KnownType,
): Pick<Parameter, 'type' | 'primitive' | 'uses' | 'zod' | 'prisma'> | undefined {
  const slots = all.filter((slot) => slot !== undefined);
  const isOnlyInSlots = slots.length === all.length;
  const simple = (type: string) => ({
    type,
    primitive: isPrimitive(type),
    uses: [],
    zod: false,
    prisma: type.includes('Prisma.'),
  });
  const exact = slots.find((slot) => slot.exact && slot.type !== undefined);
  if (exact?.type !== undefined && isOnlyInSlots) return simple(exact.type);
  for (const slot of slots) {
    const type = known(slot);
    if (type !== undefined && (slot.type ?? '').split(' | ').includes(type)) return simple(type);
  }
  const declared = typeOf(node);
  if (declared && fits(declared, slots)) {
    // What stands in a place that takes no `undefined` was narrowed before it came here; elsewhere it may be narrowed only inside.
    const undef = declared.undef && (!isOnlyInSlots || slots.every((slot) => slot.undef));
    const isNull = declared.null && (!isOnlyInSlots || slots.every((slot) => slot.null));
    const type = `${declared.text}${undef ? ' | undefined' : ''}${isNull ? ' | null' : ''}`;
    return {
      ...simple(type),
      uses: declared.uses,
      zod: declared.zod === true,
      primitive: isPrimitive(type),
    };
  }
  if (!isOnlyInSlots) return undefined;
  const generated = slots.find((slot) => slot.generated !== undefined)?.generated;
  if (generated !== undefined) return simple(generated);
  const [slot] = slots;
  if (slot?.type === undefined) return undefined;
  return simple(`${slot.type}${slot.undef ? ' | undefined' : ''}${slot.null ? ' | null' : ''}`);
}

/** Whether a declared type can't have been narrowed on its way to a place that takes less. */
function fits(declared: TypeText, slots: readonly Slot[]): boolean {
  return slots.every((slot) => {
    if (declared.zod && !declared.open) return true;
    if (declared.open)
      return !/Prisma\.SortOrder/.test(slot.generated ?? '') && (declared.uses.length > 0 || slot.undef);
    if (slot.type === undefined)
      return slot.generated === undefined || (declared.uses.length > 0 && !/SortOrder/.test(slot.generated));
    const takes = slot.type.split(' | ');
    return declared.text.split(' | ').every((part) => takes.includes(part) || isLiteralOf(part, takes));
  });
}

function isLiteralOf(part: string, takes: readonly string[]): boolean {
  return (/^['"]/.test(part) && takes.includes('string')) || (/^\d/.test(part) && takes.includes('number'));
}

function isPrimitive(type: string): boolean {
  return type
    .split(' | ')
    .every((part) => /^(string|number|boolean|bigint|undefined|null|true|false|['"].*['"]|\d+)$/.test(part));
}

/** Whether an expression calls something imported: a parse, a hash, a helper. That is the caller's work. */
function callsImported(node: ts.Expression): boolean {
  return referencesIn(node).some((name) => {
    const declaration = declarationOf(name);
    return declaration !== undefined && isImported(declaration) && isCalled(name);
  });
}

function isCalled(name: ts.Identifier): boolean {
  let at: ts.Node = name;
  while (ts.isPropertyAccessExpression(at.parent) && at.parent.expression === at) at = at.parent;
  return (ts.isCallExpression(at.parent) || ts.isNewExpression(at.parent)) && at.parent.expression === at;
}

/** `post`, `post.id`, `session?.user.id`, `post!.id`. */
function isPath(node: ts.Expression): boolean {
  if (ts.isIdentifier(node)) return true;
  return (ts.isPropertyAccessExpression(node) || ts.isNonNullExpression(node)) && isPath(node.expression);
}

function rootOf(node: ts.Expression): ts.Identifier {
  let at = node;
  while (ts.isPropertyAccessExpression(at) || ts.isNonNullExpression(at)) at = at.expression;
  // `isPath` holds for every node that gets here, so the root is an identifier.
  return at as ts.Identifier;
}

const VAGUE = /^(id|value|data|name|user|length|text)$/;

/** A name keeps its own; a path or an expression is called after the place that it fills. */
function parameterName(node: ts.Expression, slot: Slot | undefined): string {
  if (ts.isIdentifier(node)) return node.text;
  if (isPath(node)) {
    const words = node.getText().replace(/[?!]/g, '').split('.');
    const last = words.at(-1) ?? 'value';
    if (!VAGUE.test(last)) return last;
    if (slot && slot.name !== 'id' && slot.name !== 'connect') return slot.name;
    const owner = words.at(-2);
    return last === 'id' && owner !== undefined && !/^(params|data|input|body|parsedInput|ctx)$/.test(owner)
      ? `${camelOf(owner)}Id`
      : last;
  }
  return slot?.name ?? 'value';
}

function isPropertyName(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    ts.isShorthandPropertyAssignment(parent)
  );
}

function isAssigned(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPostfixUnaryExpression(parent)) return true;
  if (ts.isPrefixUnaryExpression(parent)) return /^(\+\+|--)$/.test(ts.tokenToString(parent.operator) ?? '');
  return (
    ts.isBinaryExpression(parent) &&
    parent.left === node &&
    parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment
  );
}

function isTypePosition(node: ts.Identifier): boolean {
  for (let at: ts.Node = node.parent; at; at = at.parent) {
    if (ts.isTypeNode(at)) return true;
    if (ts.isExpression(at) && !ts.isIdentifier(at)) return false;
    if (ts.isStatement(at)) return false;
  }
  return false;
}
