/** Puts `env.X` in the place of a read of `process.env`. */
import { ts } from 'ts-morph';
import { importedAs } from '../../edit/imports.ts';
import type { TextEdit } from '../../run/finding.ts';
import { demandOfAll, numberCall, usesOf, wrapped } from './evidence.ts';
import type { Demand } from './evidence.ts';

export interface Target {
  spec: string;
  /** Exported name; `default` for a default export. */
  name: string;
  /** The export is a function that returns the values. */
  call: boolean;
  /** Names that the file declares somewhere. */
  taken: ReadonlySet<string>;
}

export interface Replacement {
  edits: TextEdit[];
  /** Name under which the file imports the values. */
  local: string;
  /** The import is there already, or among the edits. */
  imported: boolean;
}

interface Kind {
  of: 'text' | 'number' | 'boolean' | 'other';
  optional: boolean;
}

function kindOf(type: string): Kind {
  const optional =
    /\.(optional|nullish|nullable)\(\)|\b\w+\.optional\(/.test(type) &&
    !/\.(default|prefault|catch)\(/.test(type);
  if (/\.transform\(|\.pipe\(|\.preprocess\(|\.codec\(/.test(type)) return { of: 'other', optional };
  if (/\.(number|int|int32)\(/.test(type)) return { of: 'number', optional };
  if (/\.(boolean|stringbool)\(/.test(type)) return { of: 'boolean', optional };
  return {
    of: /\.(string|enum|literal|url|httpUrl|email|uuid|nativeEnum|cuid2?|ulid|jwt|base64)\(|\.templateLiteral\(/.test(
      type,
    )
      ? 'text'
      : 'other',
    optional,
  };
}

/** @param type the variable's type as the schema has it, or will have it */
export function replaceRead(
  source: ts.SourceFile,
  node: ts.Expression,
  name: string,
  target: Target,
  type: string,
): Replacement | string {
  const kind = kindOf(type);
  const alias = aliasOf(source, node);
  const named = localName(source, node, target, alias?.name);
  if (typeof named === 'string') return named;
  const access = `${named.local}${target.call ? '()' : ''}.${name}`;
  const place = placeFor(node, kind, type);
  if (typeof place === 'string') return `${name} is ${place}, and this place uses its text.`;
  const edits: TextEdit[] = [{ start: place.getStart(source), end: place.end, text: access }];
  if (alias) {
    const { start, end, isImport } = alias;
    const line = `${target.name === 'default' ? named.local : `{ ${named.local === target.name ? target.name : `${target.name} as ${named.local}`} }`}`;
    // The import of `node:process` goes: the new one takes its place.
    const quote =
      source.text.charAt(end - 1) === ';' ? source.text.charAt(end - 2) : source.text.charAt(end - 1);
    if (isImport && !named.imported) {
      edits.push({
        start,
        end,
        text: `import ${line} from ${quote}${target.spec}${quote}${source.text.charAt(end - 1) === ';' ? ';' : ''}`,
      });
      return { edits, local: named.local, imported: true };
    }
    edits.push({ ...wholeLines(source.text, start, end), text: '' });
  }
  return { edits, local: named.local, imported: named.imported };
}

/** A statement with its line, and with one of the blank lines around it. */
function wholeLines(text: string, start: number, end: number): { start: number; end: number } {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const rest = /^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length;
  if (rest === undefined || text.slice(lineStart, start).trim() !== '') return { start, end };
  const isAfterBlank = lineStart === 0 || /\n[ \t]*\r?\n$/.test(text.slice(0, lineStart));
  const blank = isAfterBlank ? (/^[ \t]*\r?\n/.exec(text.slice(end + rest))?.[0].length ?? 0) : 0;
  return { start: lineStart, end: end + rest + blank };
}

/** The expression that `env.X` takes the place of; a text says what the variable is instead of a text. */
function placeFor(node: ts.Expression, kind: Kind, type: string): ts.Expression | string {
  const { parent } = node;
  const whole = wrapped(node);
  const outer = whole.parent;
  const plain = ts.isNonNullExpression(parent) && !kind.optional ? parent : node;
  const compared = comparedText(whole);
  if (kind.of === 'text') {
    if (
      compared !== undefined &&
      /\.(enum|literal)\(/.test(type) &&
      !new RegExp(`['"\`]${escape(compared)}['"\`]`).test(type)
    )
      return `never '${compared}'`;
    return plain;
  }
  if (ts.isTemplateSpan(outer)) return plain;
  if (kind.of === 'number') {
    const call = numberCall(node);
    if (call) return kind.optional ? node : call;
    return 'a number';
  }
  if (kind.of === 'boolean') {
    if (
      compared === 'true' &&
      !kind.optional &&
      ts.isBinaryExpression(outer) &&
      /^===?$/.test(outer.operatorToken.getText())
    )
      return outer;
    return 'a boolean';
  }
  return 'converted by the schema';
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function comparedText(whole: ts.Expression): string | undefined {
  const { parent } = whole;
  if (!ts.isBinaryExpression(parent) || !/^[!=]==?$/.test(parent.operatorToken.getText())) return undefined;
  const other = parent.left === whole ? parent.right : parent.left;
  return ts.isStringLiteralLike(other) ? other.text : undefined;
}

/** Reads the whole pattern of `const { X, Y } = process.env` from the env module. */
export function replacePattern(
  source: ts.SourceFile,
  element: ts.BindingElement,
  target: Target,
  typeFor: (name: string, demand: Demand, isNumber: boolean) => string,
): Replacement | string {
  const pattern = element.parent;
  const declaration = pattern.parent;
  if (
    !ts.isObjectBindingPattern(pattern) ||
    !ts.isVariableDeclaration(declaration) ||
    !declaration.initializer
  )
    return 'This pattern is nested; read the variable by hand.';
  const named = localName(source, declaration.initializer, target, undefined);
  if (typeof named === 'string') return named;
  for (const { dotDotDotToken, propertyName, name, initializer } of pattern.elements) {
    const key = propertyName ?? name;
    if (dotDotDotToken || !(ts.isIdentifier(key) || ts.isStringLiteralLike(key)) || !ts.isIdentifier(name))
      return 'The pattern takes the rest of the environment; list the variables first.';
    const uses = usesOf(source, name.text, name);
    const demand = initializer ? 'optional' : uses.length > 0 ? demandOfAll(uses) : 'required';
    const kind = kindOf(typeFor(key.text, demand, false));
    if (kind.of !== 'text') return `${key.text} is no text in the schema, and the code here expects one.`;
  }
  const { initializer } = declaration;
  const access = `${named.local}${target.call ? '()' : ''}`;
  return {
    edits: [{ start: initializer.getStart(source), end: initializer.end, text: access }],
    local: named.local,
    imported: named.imported,
  };
}

function localName(
  source: ts.SourceFile,
  node: ts.Node,
  { spec, name, taken }: Target,
  freed: string | undefined,
): { local: string; imported: boolean } | string {
  const known = importedAs(source, spec, name);
  if (known !== undefined)
    return isShadowed(node, known)
      ? `The name ${known} means something else here.`
      : { local: known, imported: true };
  const wanted = name === 'default' ? 'env' : name;
  const local = [wanted, 'appEnv', 'validatedEnv', 'processEnv'].find(
    (candidate) => candidate === freed || !taken.has(candidate),
  );
  return local === undefined ? `The name ${wanted} is taken in this file.` : { local, imported: false };
}

/** Whether a name is declared between a node and the top of its file. */
function isShadowed(node: ts.Node, name: string): boolean {
  const declares = (pattern: ts.BindingName): boolean =>
    ts.isIdentifier(pattern)
      ? pattern.text === name
      : pattern.elements.some((element) => !ts.isOmittedExpression(element) && declares(element.name));
  for (let at = node; at.parent && !ts.isSourceFile(at.parent); at = at.parent) {
    const scope = at.parent;
    if (ts.isFunctionLike(scope) && scope.parameters.some((parameter) => declares(parameter.name)))
      return true;
    if (
      ts.isBlock(scope) &&
      scope.statements.some(
        (statement) =>
          ts.isVariableStatement(statement) &&
          statement.declarationList.declarations.some((declaration) => declares(declaration.name)),
      )
    )
      return true;
  }
  return false;
}

/** The declaration of an alias of `process.env` whose only use is this read: it goes with it. */
function aliasOf(
  source: ts.SourceFile,
  node: ts.Expression,
): { name: string; start: number; end: number; isImport: boolean } | undefined {
  const base =
    ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) ? node.expression : undefined;
  if (!base || !ts.isIdentifier(base)) return undefined;
  const name = base.text;
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement) && statement.declarationList.declarations.length === 1) {
      const declaration = statement.declarationList.declarations[0];
      const isExported = statement.modifiers !== undefined;
      if (!declaration || isExported || !ts.isIdentifier(declaration.name) || declaration.name.text !== name)
        continue;
      if (usesOf(source, name, declaration.name).length > 1) return undefined;
      return { name, start: statement.getStart(source), end: statement.end, isImport: false };
    }
    const named = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : undefined;
    if (
      !named ||
      !ts.isNamedImports(named) ||
      named.elements.length !== 1 ||
      (ts.isImportDeclaration(statement) && statement.importClause?.name)
    )
      continue;
    const [element] = named.elements;
    if (element?.name.text !== name) continue;
    if (usesOf(source, name, element.name).some((use) => use !== base && use !== element.propertyName))
      return undefined;
    return { name, start: statement.getStart(source), end: statement.end, isImport: true };
  }
  return undefined;
}
