/**
 * TypeScript/JavaScript text → TsFacts: one parse, one walk. No type checker, no node_modules; the tree is dropped.
 * Statements live here; expressions in `extractValues.ts`, names and scopes in `scopes.ts`.
 */
import { ts } from 'ts-morph';
import { Scopes } from './scopes.ts';
import { SpanTable } from './spanTable.ts';
import type { CatchClause, FunctionFacts, FunctionId, ImportFacts, Step, TsFacts, Value } from './tsModel.ts';
import { ValueExtractor } from './extractValues.ts';

/** Parses for facts and for fixes alike. `file` decides JSX and JavaScript rules by its extension. */
export function parseTs(file: string, text: string, parents = false): ts.SourceFile {
  const kind = /\.(tsx|jsx|js|mjs|cjs)$/.test(file)
    ? file.endsWith('.tsx')
      ? ts.ScriptKind.TSX
      : ts.ScriptKind.JSX
    : ts.ScriptKind.TS;
  return ts.createSourceFile(
    file,
    text,
    { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone },
    parents,
    kind,
  );
}

export interface TsExtraction {
  facts: TsFacts;
  /** Flat pairs start, end. */
  spans: number[];
  /** Messages of the parser's syntax errors, with their offsets. */
  syntaxErrors: { start: number; message: string }[];
}

/** Facts of one file. Never throws on odd syntax; a stack overflow on absurd nesting is the caller's fence to catch. */
export function extractTs(file: string, text: string): TsExtraction {
  const source = parseTs(file, text);
  const extractor = new StatementExtractor(source);
  const facts = extractor.module();
  const diagnostics =
    (source as unknown as { parseDiagnostics?: readonly ts.Diagnostic[] }).parseDiagnostics ?? [];
  return {
    facts,
    spans: extractor.spans.pairs,
    syntaxErrors: diagnostics.slice(0, 5).map((diagnostic) => ({
      start: diagnostic.start ?? 0,
      message: ts.flattenDiagnosticMessageText(diagnostic.messageText, ' '),
    })),
  };
}

type FunctionNode =
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ArrowFunction
  | ts.MethodDeclaration
  | ts.ConstructorDeclaration
  | ts.AccessorDeclaration;

/** One file's walk over statements; expressions are delegated to `ValueExtractor`. */
export class StatementExtractor {
  readonly spans: SpanTable;
  readonly scopes: Scopes;
  readonly facts: TsFacts;
  readonly source: ts.SourceFile;
  private readonly values: ValueExtractor;

  constructor(source: ts.SourceFile) {
    this.source = source;
    this.spans = new SpanTable(source);
    this.facts = {
      kind: 'ts',
      jsx: /\.[jt]sx$/.test(source.fileName),
      directives: directivesOf(source.statements),
      imports: [],
      exports: [],
      bindings: [],
      functions: [],
      classes: [],
      augments: [],
      importsEnd: 0,
    };
    this.scopes = new Scopes(this.facts.bindings);
    this.values = new ValueExtractor(this);
  }

  module(): TsFacts {
    const { source, facts } = this;
    facts.functions.push({
      name: '',
      kind: 'module',
      at: this.spans.add(0, 0),
      all: this.spans.add(0, source.end),
      parent: -1,
      async: true,
      generator: false,
      directives: [],
      params: [],
      rest: false,
      body: [],
      bodyAt: 0,
    });
    this.scopes.enterFunction(0);
    let lastImport = 0;
    for (const statement of source.statements) {
      if (ts.isImportDeclaration(statement)) {
        this.importDeclaration(statement);
        lastImport = statement.end;
      } else if (isDirective(statement) && lastImport === 0) lastImport = statement.end;
    }
    facts.importsEnd = this.spans.add(lastImport, lastImport);
    this.declareAll(source.statements);
    const body = this.statements(source.statements);
    const module = facts.functions[0];
    if (module) module.body = body;
    this.scopes.leave();
    return facts;
  }

  // --- imports and exports ---

  private importDeclaration(node: ts.ImportDeclaration): void {
    if (!ts.isStringLiteral(node.moduleSpecifier)) return;
    const clause = node.importClause;
    const typeOnly = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    const entry: ImportFacts = {
      spec: node.moduleSpecifier.text,
      at: this.spans.node(node.moduleSpecifier),
      typeOnly,
      names: [],
    };
    const add = (imported: string, local: ts.Identifier, type: boolean): void => {
      const at = this.spans.node(local);
      entry.names.push({
        imported,
        b: this.scopes.declare(local.text, 'import', at),
        typeOnly: typeOnly || type,
        at,
      });
    };
    if (clause?.name) add('default', clause.name, false);
    const named = clause?.namedBindings;
    if (named && ts.isNamespaceImport(named)) add('*', named.name, false);
    else if (named)
      for (const element of named.elements)
        add((element.propertyName ?? element.name).text, element.name, element.isTypeOnly);
    this.facts.imports.push(entry);
  }

  private exportDeclaration(node: ts.ExportDeclaration): void {
    const spec =
      node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)
        ? node.moduleSpecifier.text
        : undefined;
    const at = this.spans.node(node);
    const clause = node.exportClause;
    if (!clause) {
      if (spec !== undefined)
        this.facts.exports.push({ e: 'star', spec, as: undefined, at, typeOnly: node.isTypeOnly });
      return;
    }
    if (ts.isNamespaceExport(clause)) {
      if (spec !== undefined)
        this.facts.exports.push({ e: 'star', spec, as: clause.name.text, at, typeOnly: node.isTypeOnly });
      return;
    }
    for (const element of clause.elements) {
      const name = element.name.text;
      const imported = (element.propertyName ?? element.name).text;
      const place = this.spans.node(element.name);
      const typeOnly = node.isTypeOnly || element.isTypeOnly;
      if (spec !== undefined)
        this.facts.exports.push({ e: 'from', name, imported, spec, at: place, typeOnly });
      else if (!typeOnly) {
        const b = this.scopes.lookup(imported);
        if (b >= 0) this.facts.exports.push({ e: 'local', name, b, at: place });
      }
    }
  }

  private exportLocal(
    node: ts.Node & { modifiers?: ts.NodeArray<ts.ModifierLike> | undefined },
    names: ts.Identifier[],
  ): void {
    if (!hasModifier(node, ts.SyntaxKind.ExportKeyword)) return;
    const isDefault = hasModifier(node, ts.SyntaxKind.DefaultKeyword);
    for (const name of names) {
      const b = this.scopes.lookup(name.text);
      if (b < 0) continue;
      this.facts.exports.push({
        e: 'local',
        name: isDefault ? 'default' : name.text,
        b,
        at: this.spans.node(name),
      });
    }
  }

  // --- declarations: names first, so that uses before the declaration resolve ---

  declareAll(statements: readonly ts.Statement[]): void {
    for (const statement of statements) {
      if (ts.isVariableStatement(statement)) {
        for (const declaration of statement.declarationList.declarations)
          this.declarePattern(
            declaration.name,
            isConst(statement.declarationList) ? 'const' : 'let',
            declaration.type,
          );
      } else if (ts.isFunctionDeclaration(statement) && statement.name && statement.body) {
        this.scopes.declare(statement.name.text, 'function', this.spans.node(statement.name));
      } else if (ts.isClassDeclaration(statement) && statement.name) {
        this.scopes.declare(statement.name.text, 'class', this.spans.node(statement.name));
      } else if (ts.isEnumDeclaration(statement)) {
        this.scopes.declare(statement.name.text, 'enum', this.spans.node(statement.name));
      } else if (ts.isImportEqualsDeclaration(statement) && !statement.isTypeOnly) {
        this.scopes.declare(statement.name.text, 'const', this.spans.node(statement.name));
      }
    }
  }

  private declarePattern(
    name: ts.BindingName,
    kind: 'const' | 'let' | 'param' | 'catch',
    type?: ts.TypeNode,
  ): void {
    if (ts.isIdentifier(name)) {
      this.scopes.declare(name.text, kind, this.spans.node(name), this.typeText(type));
      return;
    }
    for (const element of name.elements)
      if (!ts.isOmittedExpression(element)) this.declarePattern(element.name, kind);
  }

  typeText(type: ts.TypeNode | undefined): string | undefined {
    if (!type) return undefined;
    const text = this.source.text.slice(type.getStart(this.source), type.end);
    return text.length <= 120 ? text.replace(/\s+/g, ' ') : undefined;
  }

  // --- statements ---

  statements(nodes: readonly ts.Statement[]): Step[] {
    const steps: Step[] = [];
    for (const node of nodes) this.statement(node, steps);
    return steps;
  }

  /** A statement's steps as a block of its own scope. */
  private branch(node: ts.Statement): Step[] {
    if (ts.isBlock(node)) return this.block(node);
    return this.statements([node]);
  }

  block(node: ts.Block): Step[] {
    this.scopes.enterBlock();
    this.declareAll(node.statements);
    const steps = this.statements(node.statements);
    this.scopes.leave();
    return steps;
  }

  private statement(node: ts.Statement, out: Step[]): void {
    const value = (expression: ts.Expression): Value => this.values.value(expression);
    switch (node.kind) {
      case ts.SyntaxKind.ExpressionStatement: {
        const { expression } = node as ts.ExpressionStatement;
        if (!isDirective(node)) out.push({ s: 'expr', value: value(expression), at: this.spans.node(node) });
        return;
      }
      case ts.SyntaxKind.VariableStatement: {
        const statement = node as ts.VariableStatement;
        this.variableList(statement.declarationList, out, statement);
        this.exportLocal(
          statement,
          statement.declarationList.declarations.flatMap((declaration) => namesOf(declaration.name)),
        );
        return;
      }
      case ts.SyntaxKind.FunctionDeclaration: {
        const declaration = node as ts.FunctionDeclaration;
        if (!declaration.body) return;
        const fn = this.function(declaration, declaration.name?.text ?? 'default', 'function');
        if (declaration.name) {
          const binding = this.facts.bindings[this.scopes.lookup(declaration.name.text)];
          if (binding) binding.f = fn;
          this.exportLocal(declaration, [declaration.name]);
        } else if (hasModifier(declaration, ts.SyntaxKind.ExportKeyword)) {
          const at = this.facts.functions[fn]?.at ?? 0;
          this.facts.exports.push({ e: 'value', name: 'default', value: { k: 'function', fn, at }, at });
        }
        return;
      }
      case ts.SyntaxKind.ClassDeclaration: {
        const declaration = node as ts.ClassDeclaration;
        const c = this.class(declaration);
        if (declaration.name) {
          const binding = this.facts.bindings[this.scopes.lookup(declaration.name.text)];
          if (binding) binding.c = c;
          this.exportLocal(declaration, [declaration.name]);
        } else if (hasModifier(declaration, ts.SyntaxKind.ExportKeyword)) {
          const at = this.facts.classes[c]?.at ?? 0;
          this.facts.exports.push({ e: 'value', name: 'default', value: { k: 'class', c, at }, at });
        }
        return;
      }
      case ts.SyntaxKind.EnumDeclaration: {
        const declaration = node as ts.EnumDeclaration;
        const at = this.spans.node(declaration.name);
        const props = declaration.members.map((member, index) => ({
          p: 'prop' as const,
          name:
            ts.isIdentifier(member.name) || ts.isStringLiteral(member.name)
              ? member.name.text
              : String(index),
          value: member.initializer
            ? value(member.initializer)
            : { k: 'lit' as const, v: index, at: this.spans.node(member.name) },
          at: this.spans.node(member.name),
        }));
        out.push({
          s: 'let',
          b: this.scopes.lookup(declaration.name.text),
          value: { k: 'object', props, at },
          at,
        });
        this.exportLocal(declaration, [declaration.name]);
        return;
      }
      case ts.SyntaxKind.ExportAssignment: {
        const { expression } = node as ts.ExportAssignment;
        const exported = value(expression);
        this.facts.exports.push({
          e: 'value',
          name: 'default',
          value: exported,
          at: this.spans.node(expression),
        });
        return;
      }
      case ts.SyntaxKind.ExportDeclaration:
        this.exportDeclaration(node as ts.ExportDeclaration);
        return;
      case ts.SyntaxKind.ImportEqualsDeclaration: {
        const declaration = node as ts.ImportEqualsDeclaration;
        const reference = declaration.moduleReference;
        if (
          ts.isExternalModuleReference(reference) &&
          ts.isStringLiteral(reference.expression) &&
          !declaration.isTypeOnly
        ) {
          const at = this.spans.node(reference);
          const b = this.scopes.lookup(declaration.name.text);
          out.push({ s: 'let', b, value: { k: 'import', spec: reference.expression.text, at }, at });
        }
        return;
      }
      case ts.SyntaxKind.ModuleDeclaration: {
        const { name } = node as ts.ModuleDeclaration;
        if (ts.isStringLiteral(name)) this.facts.augments.push(name.text);
        return;
      }
      case ts.SyntaxKind.IfStatement: {
        const statement = node as ts.IfStatement;
        out.push({
          s: 'if',
          test: value(statement.expression),
          then: this.branch(statement.thenStatement),
          else: statement.elseStatement && this.branch(statement.elseStatement),
          at: this.spans.node(node),
        });
        return;
      }
      case ts.SyntaxKind.ReturnStatement: {
        const { expression } = node as ts.ReturnStatement;
        out.push({ s: 'return', value: expression && value(expression), at: this.spans.node(node) });
        return;
      }
      case ts.SyntaxKind.ThrowStatement:
        out.push({
          s: 'throw',
          value: value((node as ts.ThrowStatement).expression),
          at: this.spans.node(node),
        });
        return;
      case ts.SyntaxKind.TryStatement:
        this.tryStatement(node as ts.TryStatement, out);
        return;
      case ts.SyntaxKind.Block:
        out.push(...this.block(node as ts.Block));
        return;
      case ts.SyntaxKind.LabeledStatement:
        this.statement((node as ts.LabeledStatement).statement, out);
        return;
      case ts.SyntaxKind.SwitchStatement: {
        const statement = node as ts.SwitchStatement;
        const on = value(statement.expression);
        this.scopes.enterBlock();
        for (const clause of statement.caseBlock.clauses) this.declareAll(clause.statements);
        const cases = statement.caseBlock.clauses.map((clause) => ({
          test: ts.isCaseClause(clause) ? value(clause.expression) : undefined,
          body: this.statements(clause.statements),
        }));
        this.scopes.leave();
        out.push({ s: 'switch', on, cases, at: this.spans.node(node) });
        return;
      }
      case ts.SyntaxKind.BreakStatement:
        out.push({ s: 'break', at: this.spans.node(node) });
        return;
      case ts.SyntaxKind.ContinueStatement:
        out.push({ s: 'continue', at: this.spans.node(node) });
        return;
      case ts.SyntaxKind.ForStatement:
      case ts.SyntaxKind.ForOfStatement:
      case ts.SyntaxKind.ForInStatement:
      case ts.SyntaxKind.WhileStatement:
      case ts.SyntaxKind.DoStatement:
        this.loop(node as ts.IterationStatement, out);
        return;
      default:
    }
  }

  private tryStatement(node: ts.TryStatement, out: Step[]): void {
    const body = this.block(node.tryBlock);
    let handler: CatchClause | undefined;
    if (node.catchClause) {
      const clause = node.catchClause;
      this.scopes.enterBlock();
      let b: number | undefined;
      const steps: Step[] = [];
      if (clause.variableDeclaration) {
        const { name } = clause.variableDeclaration;
        if (ts.isIdentifier(name)) b = this.scopes.declare(name.text, 'catch', this.spans.node(name));
        else {
          b = this.scopes.temp(this.spans.node(name));
          this.declarePattern(name, 'catch');
          this.pattern(name, { k: 'ref', name: '', b, at: this.spans.node(name) }, steps);
        }
      }
      steps.push(...this.block(clause.block));
      this.scopes.leave();
      const start = clause.getStart(this.source);
      handler = {
        b,
        body: steps,
        at: this.spans.add(start, start + 'catch'.length),
        block: this.spans.node(clause.block),
        comment: commentIn(this.source.text, clause.block),
      };
    }
    const final = node.finallyBlock && this.block(node.finallyBlock);
    out.push({ s: 'try', body, handler, finally: final, at: this.spans.node(node) });
  }

  private loop(node: ts.IterationStatement, out: Step[]): void {
    const head: Step[] = [];
    let test: Value | undefined;
    let kind: 'for' | 'of' | 'in' | 'while' | 'do' = 'while';
    this.scopes.enterBlock();
    if (ts.isForStatement(node)) {
      kind = 'for';
      if (node.initializer && ts.isVariableDeclarationList(node.initializer)) {
        for (const declaration of node.initializer.declarations) this.declarePattern(declaration.name, 'let');
        this.variableList(node.initializer, head);
      } else if (node.initializer)
        head.push({
          s: 'expr',
          value: this.values.value(node.initializer),
          at: this.spans.node(node.initializer),
        });
      test = node.condition && this.values.value(node.condition);
    } else if (ts.isForOfStatement(node) || ts.isForInStatement(node)) {
      kind = ts.isForOfStatement(node) ? 'of' : 'in';
      const at = this.spans.node(node.expression);
      const over = this.values.value(node.expression);
      const element: Value =
        kind === 'of'
          ? { k: 'index', of: over, key: { k: 'other', parts: [], at }, at }
          : { k: 'other', parts: [over], at };
      if (ts.isVariableDeclarationList(node.initializer)) {
        const declaration = node.initializer.declarations[0];
        if (declaration) {
          this.declarePattern(declaration.name, 'let');
          this.pattern(declaration.name, element, head);
        }
      } else head.push({ s: 'expr', value: element, at });
    } else if (ts.isWhileStatement(node) || ts.isDoStatement(node)) {
      kind = ts.isDoStatement(node) ? 'do' : 'while';
      test = this.values.value(node.expression);
    }
    const body = this.branch(node.statement);
    if (ts.isForStatement(node) && node.incrementor)
      body.push({
        s: 'expr',
        value: this.values.value(node.incrementor),
        at: this.spans.node(node.incrementor),
      });
    this.scopes.leave();
    out.push({ s: 'loop', kind, head, test, body, at: this.spans.node(node) });
  }

  private variableList(list: ts.VariableDeclarationList, out: Step[], documented?: ts.Node): void {
    for (const declaration of list.declarations) {
      if (!declaration.initializer) continue;
      const name = ts.isIdentifier(declaration.name) ? declaration.name.text : '';
      const before = this.facts.functions.length;
      const init = this.values.value(declaration.initializer, name);
      const fn = this.facts.functions[before];
      if (fn && init.k === 'function' && init.fn === before && ts.isIdentifier(declaration.name))
        fn.at = this.spans.node(declaration.name);
      if (documented && fn && !fn.doc) {
        const doc = docOf(this.source.text, documented);
        if (doc) fn.doc = doc;
      }
      this.pattern(declaration.name, init, out);
    }
  }

  /** Lowers `pattern = value` into `let` steps. The pattern's names must be declared. */
  pattern(name: ts.BindingName, value: Value, out: Step[]): void {
    const at = this.spans.node(name);
    if (ts.isIdentifier(name)) {
      out.push({ s: 'let', b: this.scopes.lookup(name.text), value, at });
      return;
    }
    let source: Value = value;
    if (value.k !== 'ref') {
      const b = this.scopes.temp(at);
      out.push({ s: 'let', b, value, at });
      source = { k: 'ref', name: '', b, at };
    }
    if (ts.isObjectBindingPattern(name)) this.objectPattern(name, source, out);
    else this.arrayPattern(name, source, out);
  }

  private objectPattern(pattern: ts.ObjectBindingPattern, source: Value, out: Step[]): void {
    const taken: string[] = [];
    for (const element of pattern.elements) {
      const at = this.spans.node(element);
      let piece: Value;
      if (element.dotDotDotToken) piece = { k: 'rest', of: source, omit: taken, at };
      else {
        const key = element.propertyName ?? (ts.isIdentifier(element.name) ? element.name : undefined);
        if (key && (ts.isIdentifier(key) || ts.isStringLiteral(key))) {
          taken.push(key.text);
          const place = this.spans.node(key);
          piece = { k: 'member', of: source, name: key.text, at: place, all: at };
        } else if (key && ts.isComputedPropertyName(key))
          piece = { k: 'index', of: source, key: this.values.value(key.expression), at };
        else piece = { k: 'other', parts: [source], at };
      }
      this.pattern(element.name, this.withDefault(piece, element.initializer, at), out);
    }
  }

  private arrayPattern(pattern: ts.ArrayBindingPattern, source: Value, out: Step[]): void {
    pattern.elements.forEach((element, index) => {
      if (ts.isOmittedExpression(element)) return;
      const at = this.spans.node(element);
      const piece: Value = element.dotDotDotToken
        ? { k: 'other', parts: [source], at }
        : { k: 'index', of: source, key: { k: 'lit', v: index, at }, at };
      this.pattern(element.name, this.withDefault(piece, element.initializer, at), out);
    });
  }

  private withDefault(value: Value, initializer: ts.Expression | undefined, at: number): Value {
    return initializer
      ? { k: 'logic', op: '??', left: value, right: this.values.value(initializer), at }
      : value;
  }

  // --- functions and classes ---

  function(node: FunctionNode, name: string, kind: FunctionFacts['kind'], cls?: number): FunctionId {
    const id = this.facts.functions.length;
    const named = node.name;
    const fn: FunctionFacts = {
      name,
      kind,
      at: named ? this.spans.node(named) : this.spans.head(node),
      all: this.spans.node(node),
      parent: this.scopes.currentFunction,
      async: hasModifier(node, ts.SyntaxKind.AsyncKeyword),
      generator: 'asteriskToken' in node && node.asteriskToken !== undefined,
      directives: node.body && ts.isBlock(node.body) ? directivesOf(node.body.statements) : [],
      params: [],
      rest: false,
      body: [],
      bodyAt: node.body ? this.spans.node(node.body) : 0,
    };
    if (cls !== undefined) fn.cls = cls;
    const returnType = this.typeText(node.type);
    if (returnType !== undefined) fn.returnType = returnType;
    const doc = docOf(this.source.text, node);
    if (doc) fn.doc = doc;
    const comment = node.body && commentForBody(this.source.text, node.body);
    if (comment !== undefined) fn.comment = comment;
    this.facts.functions.push(fn);
    this.scopes.enterFunction(id);
    if (kind === 'function' && named && ts.isFunctionExpression(node) && ts.isIdentifier(named)) {
      const b = this.scopes.declare(named.text, 'function', fn.at);
      const binding = this.facts.bindings[b];
      if (binding) binding.f = id;
    }
    for (const parameter of node.parameters) {
      const at = this.spans.node(parameter.name);
      const type = this.typeText(parameter.type);
      if (ts.isIdentifier(parameter.name)) {
        if (parameter.name.text === 'this') continue;
        fn.params.push(this.scopes.declare(parameter.name.text, 'param', at, type));
      } else {
        fn.params.push(this.scopes.temp(at, 'param', type));
        this.declarePattern(parameter.name, 'param');
      }
      if (parameter.dotDotDotToken) fn.rest = true;
    }
    let position = 0;
    for (const parameter of node.parameters) {
      if (ts.isIdentifier(parameter.name) && parameter.name.text === 'this') continue;
      const b = fn.params[position++] ?? -1;
      const at = this.spans.node(parameter.name);
      const ref: Value = {
        k: 'ref',
        name: ts.isIdentifier(parameter.name) ? parameter.name.text : '',
        b,
        at,
      };
      if (parameter.initializer)
        fn.body.push({ s: 'let', b, value: this.withDefault(ref, parameter.initializer, at), at });
      if (!ts.isIdentifier(parameter.name)) this.pattern(parameter.name, ref, fn.body);
    }
    if (node.body && ts.isBlock(node.body)) {
      this.declareAll(node.body.statements);
      fn.body.push(...this.statements(node.body.statements));
    } else if (node.body) {
      const value = this.values.value(node.body);
      fn.body.push({ s: 'return', value, at: fn.bodyAt });
    }
    this.scopes.leave();
    return id;
  }

  class(node: ts.ClassLikeDeclaration): number {
    const c = this.facts.classes.length;
    const facts = {
      name: node.name?.text ?? '',
      at: node.name ? this.spans.node(node.name) : this.spans.head(node),
      extends: undefined as Value | undefined,
      methods: [] as TsFacts['classes'][number]['methods'],
      fields: [] as TsFacts['classes'][number]['fields'],
    };
    this.facts.classes.push(facts);
    const heritage = node.heritageClauses?.find((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword)
      ?.types[0];
    if (heritage) facts.extends = this.values.value(heritage.expression);
    for (const member of node.members) {
      const isStatic = hasModifier(member, ts.SyntaxKind.StaticKeyword);
      const name =
        member.name &&
        (ts.isIdentifier(member.name) ||
          ts.isStringLiteral(member.name) ||
          ts.isPrivateIdentifier(member.name))
          ? member.name.text
          : '';
      if (ts.isMethodDeclaration(member) && member.body) {
        facts.methods.push({ name, fn: this.function(member, name, 'method', c), static: isStatic });
      } else if (ts.isGetAccessor(member) && member.body) {
        facts.methods.push({
          name: `get ${name}`,
          fn: this.function(member, name, 'getter', c),
          static: isStatic,
        });
      } else if (ts.isConstructorDeclaration(member) && member.body) {
        facts.methods.push({
          name: 'constructor',
          fn: this.function(member, 'constructor', 'constructor', c),
          static: false,
        });
        for (const parameter of member.parameters) {
          const type = this.typeText(parameter.type);
          if (
            ts.isIdentifier(parameter.name) &&
            ts.canHaveModifiers(parameter) &&
            ts.getModifiers(parameter)?.length
          )
            facts.fields.push({
              name: parameter.name.text,
              value: undefined,
              static: false,
              at: this.spans.node(parameter.name),
              ...(type === undefined ? {} : { type }),
            });
        }
      } else if (ts.isPropertyDeclaration(member)) {
        const type = this.typeText(member.type);
        facts.fields.push({
          name,
          value: member.initializer && this.values.value(member.initializer, name),
          static: isStatic,
          at: this.spans.node(member.name),
          ...(type === undefined ? {} : { type }),
        });
      } else if (ts.isClassStaticBlockDeclaration(member)) {
        this.block(member.body);
      }
    }
    return c;
  }
}

function isConst(list: ts.VariableDeclarationList): boolean {
  return (list.flags & ts.NodeFlags.Const) !== 0;
}

function isDirective(node: ts.Statement): boolean {
  return ts.isExpressionStatement(node) && ts.isStringLiteral(node.expression);
}

function directivesOf(statements: readonly ts.Statement[]): string[] {
  const out: string[] = [];
  for (const statement of statements) {
    if (!ts.isExpressionStatement(statement) || !ts.isStringLiteral(statement.expression)) break;
    out.push(statement.expression.text);
  }
  return out;
}

function hasModifier(
  node: { modifiers?: ts.NodeArray<ts.ModifierLike> | undefined } | ts.Node,
  kind: ts.SyntaxKind,
): boolean {
  const { modifiers } = node as { modifiers?: ts.NodeArray<ts.ModifierLike> };
  return modifiers?.some((modifier) => modifier.kind === kind) ?? false;
}

function namesOf(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : namesOf(element.name)));
}

/** JSDoc right before a node: its first sentence and its tags. */
function docOf(text: string, node: ts.Node): { text: string; tags: string[] } | undefined {
  if (!text.startsWith('/', skipSpace(text, node.pos))) return undefined;
  const ranges = ts.getLeadingCommentRanges(text, node.pos);
  const last = ranges?.findLast((range) => text.startsWith('/**', range.pos));
  if (!last) return undefined;
  const lines = text
    .slice(last.pos + 3, last.end - 2)
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trim());
  const prose = lines
    .slice(0, lines.findIndex((line) => line.startsWith('@')) >>> 0)
    .join(' ')
    .trim();
  const sentence = /^.*?[.!?](?=\s|$)/.exec(prose)?.[0] ?? prose;
  const tags = lines.flatMap((line) =>
    [...line.matchAll(/(?:^|\s)@([A-Za-z]+)/g)].map((match) => match[1] ?? ''),
  );
  return { text: sentence.slice(0, 200), tags };
}

function skipSpace(text: string, from: number): number {
  let i = from;
  while (i < text.length && /\s/.test(text.charAt(i))) i++;
  return i;
}

/** First comment that belongs to a block itself: before, behind or after its statements. */
function commentIn(text: string, block: ts.Block): string | undefined {
  const places = [block.statements.pos, ...block.statements.map((statement) => statement.end)];
  for (const place of places) {
    const ranges = [
      ...(ts.getTrailingCommentRanges(text, place) ?? []),
      ...(ts.getLeadingCommentRanges(text, place) ?? []),
    ];
    const first = ranges.find((range) => range.end <= block.end);
    if (first) return text.slice(first.pos, first.end).slice(0, 300);
  }
  return undefined;
}

/** The comment that stands in place of a body: inside an empty block, or behind a callback on its line. */
function commentForBody(text: string, body: ts.ConciseBody): string | undefined {
  const isTrivial = ts.isBlock(body)
    ? body.statements.length === 0
    : ts.isLiteralExpression(body) || ts.isIdentifier(body) || body.kind === ts.SyntaxKind.NullKeyword;
  if (!isTrivial) return undefined;
  const own = ts.isBlock(body) ? commentIn(text, body) : undefined;
  return (
    own ??
    /^[)\s,;]*?(\/\/[^\r\n]*)/.exec(/^[^\r\n]*/.exec(text.slice(body.end))?.[0] ?? '')?.[1]?.slice(0, 300)
  );
}
