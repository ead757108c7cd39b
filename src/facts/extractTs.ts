/**
 * TypeScript/JavaScript text → TsFacts: one parse, one walk. No type checker, no node_modules; the tree is dropped.
 * Statements live here; expressions in `extractValues.ts`, names and scopes in `scopes.ts`.
 */
import { ts } from 'ts-morph';
import { augmentedInterfaces } from './augmentations.ts';
import { declaredTypes } from './declaredTypes.ts';
import { extractClass, extractFunction } from './extractFunctions.ts';
import { exportDeclaration, exportLocal, importDeclaration } from './extractModules.ts';
import { arrayPattern, objectPattern } from './extractPatterns.ts';
import { syntaxErrorsOf } from './parseTs.ts';
import { Scopes } from './scopes.ts';
import { SpanTable } from './spanTable.ts';
import { commentIn, directivesOf, docOf, hasModifier } from './tsDocs.ts';
import type { CatchClause, Step, TsFacts, Value } from './tsModel.ts';
import { ValueExtractor } from './extractValues.ts';
import {
  SyntaxKind,
  isBlock,
  isCaseClause,
  isClassDeclaration,
  isDoStatement,
  isEnumDeclaration,
  isExpressionStatement,
  isExternalModuleReference,
  isForInStatement,
  isForOfStatement,
  isForStatement,
  isFunctionDeclaration,
  isIdentifier,
  isImportDeclaration,
  isImportEqualsDeclaration,
  isObjectBindingPattern,
  isOmittedExpression,
  isStringLiteral,
  isVariableDeclarationList,
  isVariableStatement,
  isWhileStatement,
} from './syntax.ts';

export interface TsExtraction {
  facts: TsFacts;
  /** Flat pairs start, end. */
  spans: number[];
  /** Messages of the parser's syntax errors, with their offsets. */
  syntaxErrors: { start: number; message: string }[];
}

/** Facts of one file. Never throws on odd syntax; a stack overflow on absurd nesting is the caller's fence to catch. */
export function extractTs(source: ts.SourceFile): TsExtraction {
  const extractor = new StatementExtractor(source);
  const facts = extractor.module();
  return {
    facts,
    spans: extractor.spans.pairs,
    syntaxErrors: syntaxErrorsOf(source)
      .slice(0, 5)
      .map((diagnostic) => ({
        start: diagnostic.start ?? 0,
        message: ts.flattenDiagnosticMessageText(diagnostic.messageText, ' '),
      })),
  };
}

/** One file's walk over statements; expressions are delegated to `ValueExtractor`. */
export class StatementExtractor {
  readonly spans: SpanTable;
  readonly scopes: Scopes;
  readonly facts: TsFacts;
  readonly source: ts.SourceFile;
  readonly values: ValueExtractor;

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
      types: [],
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
      if (isImportDeclaration(statement)) {
        importDeclaration(this, statement);
        lastImport = statement.end;
      } else if (isDirective(statement) && lastImport === 0) lastImport = statement.end;
    }
    facts.importsEnd = this.spans.add(lastImport, lastImport);
    facts.types = declaredTypes(source, facts.imports, this.facts.bindings);
    this.declareAll(source.statements);
    const body: Step[] = [];
    for (const statement of source.statements) {
      if (!isImportDeclaration(statement)) this.spans.beginStatement();
      this.statement(statement, body);
    }
    const module = facts.functions[0];
    if (module) module.body = body;
    this.scopes.leave();
    return facts;
  }

  // --- imports and exports ---

  // --- declarations: names first, so that uses before the declaration resolve ---

  declareAll(statements: readonly ts.Statement[]): void {
    for (const statement of statements) {
      if (isVariableStatement(statement)) {
        for (const declaration of statement.declarationList.declarations)
          this.declarePattern(
            declaration.name,
            isConst(statement.declarationList) ? 'const' : 'let',
            declaration.type,
          );
      } else if (isFunctionDeclaration(statement) && statement.name && statement.body) {
        this.scopes.declare(statement.name.text, 'function', this.spans.node(statement.name));
      } else if (isClassDeclaration(statement) && statement.name) {
        this.scopes.declare(statement.name.text, 'class', this.spans.node(statement.name));
      } else if (isEnumDeclaration(statement)) {
        this.scopes.declare(statement.name.text, 'enum', this.spans.node(statement.name));
      } else if (isImportEqualsDeclaration(statement) && !statement.isTypeOnly) {
        this.scopes.declare(statement.name.text, 'const', this.spans.node(statement.name));
      }
    }
  }

  declarePattern(name: ts.BindingName, kind: 'const' | 'let' | 'param' | 'catch', type?: ts.TypeNode): void {
    if (isIdentifier(name)) {
      this.scopes.declare(name.text, kind, this.spans.node(name), this.typeText(type));
      return;
    }
    for (const element of name.elements)
      if (!isOmittedExpression(element)) this.declarePattern(element.name, kind);
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
    if (isBlock(node)) return this.block(node);
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
      case SyntaxKind.ExpressionStatement: {
        const { expression } = node as ts.ExpressionStatement;
        if (!isDirective(node)) out.push({ s: 'expr', value: value(expression), at: this.spans.node(node) });
        return;
      }
      case SyntaxKind.VariableStatement: {
        const statement = node as ts.VariableStatement;
        this.variableList(statement.declarationList, out, statement);
        exportLocal(
          this,
          statement,
          statement.declarationList.declarations.flatMap((declaration) => namesOf(declaration.name)),
        );
        return;
      }
      case SyntaxKind.FunctionDeclaration: {
        const declaration = node as ts.FunctionDeclaration;
        if (!declaration.body) return;
        const fn = extractFunction(this, declaration, declaration.name?.text ?? 'default', 'function');
        if (declaration.name) {
          const binding = this.facts.bindings[this.scopes.lookup(declaration.name.text)];
          if (binding) binding.f = fn;
          exportLocal(this, declaration, [declaration.name]);
        } else if (hasModifier(declaration, SyntaxKind.ExportKeyword)) {
          const at = this.facts.functions[fn]?.at ?? 0;
          this.facts.exports.push({ e: 'value', name: 'default', value: { k: 'function', fn, at }, at });
        }
        return;
      }
      case SyntaxKind.ClassDeclaration: {
        const declaration = node as ts.ClassDeclaration;
        const c = extractClass(this, declaration);
        if (declaration.name) {
          const binding = this.facts.bindings[this.scopes.lookup(declaration.name.text)];
          if (binding) binding.c = c;
          exportLocal(this, declaration, [declaration.name]);
        } else if (hasModifier(declaration, SyntaxKind.ExportKeyword)) {
          const at = this.facts.classes[c]?.at ?? 0;
          this.facts.exports.push({ e: 'value', name: 'default', value: { k: 'class', c, at }, at });
        }
        return;
      }
      case SyntaxKind.EnumDeclaration: {
        const declaration = node as ts.EnumDeclaration;
        const at = this.spans.node(declaration.name);
        const props = declaration.members.map((member, index) => ({
          p: 'prop' as const,
          name: isIdentifier(member.name) || isStringLiteral(member.name) ? member.name.text : String(index),
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
        exportLocal(this, declaration, [declaration.name]);
        return;
      }
      case SyntaxKind.ExportAssignment: {
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
      case SyntaxKind.ExportDeclaration:
        exportDeclaration(this, node as ts.ExportDeclaration);
        return;
      case SyntaxKind.ImportEqualsDeclaration: {
        const declaration = node as ts.ImportEqualsDeclaration;
        const reference = declaration.moduleReference;
        if (
          isExternalModuleReference(reference) &&
          isStringLiteral(reference.expression) &&
          !declaration.isTypeOnly
        ) {
          const at = this.spans.node(reference);
          const b = this.scopes.lookup(declaration.name.text);
          out.push({ s: 'let', b, value: { k: 'import', spec: reference.expression.text, at }, at });
        }
        return;
      }
      case SyntaxKind.ModuleDeclaration: {
        const { name } = node as ts.ModuleDeclaration;
        if (isStringLiteral(name))
          this.facts.augments.push({
            module: name.text,
            at: this.spans.node(name),
            interfaces: augmentedInterfaces(node as ts.ModuleDeclaration, this.source, this.spans),
          });
        return;
      }
      case SyntaxKind.IfStatement: {
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
      case SyntaxKind.ReturnStatement: {
        const { expression } = node as ts.ReturnStatement;
        out.push({ s: 'return', value: expression && value(expression), at: this.spans.node(node) });
        return;
      }
      case SyntaxKind.ThrowStatement:
        out.push({
          s: 'throw',
          value: value((node as ts.ThrowStatement).expression),
          at: this.spans.node(node),
        });
        return;
      case SyntaxKind.TryStatement:
        this.tryStatement(node as ts.TryStatement, out);
        return;
      case SyntaxKind.Block:
        out.push(...this.block(node as ts.Block));
        return;
      case SyntaxKind.LabeledStatement:
        this.statement((node as ts.LabeledStatement).statement, out);
        return;
      case SyntaxKind.SwitchStatement: {
        const statement = node as ts.SwitchStatement;
        const on = value(statement.expression);
        this.scopes.enterBlock();
        for (const clause of statement.caseBlock.clauses) this.declareAll(clause.statements);
        const cases = statement.caseBlock.clauses.map((clause) => ({
          test: isCaseClause(clause) ? value(clause.expression) : undefined,
          body: this.statements(clause.statements),
        }));
        this.scopes.leave();
        out.push({ s: 'switch', on, cases, at: this.spans.node(node) });
        return;
      }
      case SyntaxKind.BreakStatement:
        out.push({ s: 'break', at: this.spans.node(node) });
        return;
      case SyntaxKind.ContinueStatement:
        out.push({ s: 'continue', at: this.spans.node(node) });
        return;
      case SyntaxKind.ForStatement:
      case SyntaxKind.ForOfStatement:
      case SyntaxKind.ForInStatement:
      case SyntaxKind.WhileStatement:
      case SyntaxKind.DoStatement:
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
        if (isIdentifier(name)) b = this.scopes.declare(name.text, 'catch', this.spans.node(name));
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
    if (isForStatement(node)) {
      kind = 'for';
      if (node.initializer && isVariableDeclarationList(node.initializer)) {
        for (const declaration of node.initializer.declarations) this.declarePattern(declaration.name, 'let');
        this.variableList(node.initializer, head);
      } else if (node.initializer)
        head.push({
          s: 'expr',
          value: this.values.value(node.initializer),
          at: this.spans.node(node.initializer),
        });
      test = node.condition && this.values.value(node.condition);
    } else if (isForOfStatement(node) || isForInStatement(node)) {
      kind = isForOfStatement(node) ? 'of' : 'in';
      const at = this.spans.node(node.expression);
      const over = this.values.value(node.expression);
      const element: Value =
        kind === 'of'
          ? { k: 'index', of: over, key: { k: 'other', parts: [], at }, at }
          : { k: 'other', parts: [over], at };
      if (isVariableDeclarationList(node.initializer)) {
        const declaration = node.initializer.declarations[0];
        if (declaration) {
          this.declarePattern(declaration.name, 'let');
          this.pattern(declaration.name, element, head);
        }
      } else head.push({ s: 'expr', value: element, at });
    } else if (isWhileStatement(node) || isDoStatement(node)) {
      kind = isDoStatement(node) ? 'do' : 'while';
      test = this.values.value(node.expression);
    }
    const body = this.branch(node.statement);
    if (isForStatement(node) && node.incrementor)
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
      const name = isIdentifier(declaration.name) ? declaration.name.text : '';
      const before = this.facts.functions.length;
      const init = this.values.value(declaration.initializer, name);
      const fn = this.facts.functions[before];
      if (fn && init.k === 'function' && init.fn === before && isIdentifier(declaration.name))
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
    if (isIdentifier(name)) {
      out.push({ s: 'let', b: this.scopes.lookup(name.text), value, at });
      return;
    }
    let source: Value = value;
    if (value.k !== 'ref') {
      const b = this.scopes.temp(at);
      out.push({ s: 'let', b, value, at });
      source = { k: 'ref', name: '', b, at };
    }
    if (isObjectBindingPattern(name)) objectPattern(this, name, source, out);
    else arrayPattern(this, name, source, out);
  }

  // --- functions and classes ---
}

function isConst(list: ts.VariableDeclarationList): boolean {
  return (list.flags & ts.NodeFlags.Const) !== 0;
}

function isDirective(node: ts.Statement): boolean {
  return isExpressionStatement(node) && isStringLiteral(node.expression);
}

function namesOf(name: ts.BindingName): ts.Identifier[] {
  if (isIdentifier(name)) return [name];
  return name.elements.flatMap((element) => (isOmittedExpression(element) ? [] : namesOf(element.name)));
}
