/** Keeps the client of the db module on `globalThis` outside of production. */
import { ts } from 'ts-morph';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { allNames } from '../../edit/scopes.ts';
import { styleOf } from '../../edit/style.ts';
import { constantOf, constructionAt, wholeClient } from './nodes.ts';

/** The recipe: the constant reads the kept client first, and is kept unless in production. */
export function keepOnGlobal(context: FixContext): FixOutcome {
  const { file } = context;
  const source = context.sourceOf(file);
  const made = source && constructionAt(context, source);
  if (!source || !made) return { refuse: 'The construction can no longer be found.' };
  const whole = wholeClient(made, true);
  const constant = constantOf(whole) ?? viaFactory(source, made);
  const isConst =
    constant && (constant.statement.declarationList.flags & ts.NodeFlags.Const) === ts.NodeFlags.Const;
  if (!constant || !isConst || constant.statement.parent !== source)
    return { refuse: 'The client is not a constant of this module: keep it on globalThis by hand.' };
  const { name, statement } = constant;
  const local = name.text;
  const declaration = name.parent;
  const initializer = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  if (!initializer) return { refuse: 'The client is not a constant of this module.' };
  const names = allNames(source);
  if (names.has('globalForPrisma')) return { refuse: '`globalForPrisma` is taken in this file.' };
  const style = styleOf(source.text);
  const { newline, semicolon } = style;
  const isTyped = /\.[cm]?tsx?$/.test(file);
  const isPlain = initializer === made;
  const value = initializer.getText(source);
  const start = statement.getStart(source);
  const lines: string[] = [];
  let type = made.expression.getText(source);
  let fallback = value;
  if (!isPlain && ts.isCallExpression(initializer) && ts.isIdentifier(initializer.expression))
    type = `ReturnType<typeof ${initializer.expression.text}>`;
  else if (!isPlain) {
    if (names.has('createClient')) return { refuse: '`createClient` is taken in this file.' };
    lines.push(`const createClient = () => ${value}${semicolon}`);
    type = 'ReturnType<typeof createClient>';
    fallback = 'createClient()';
  }
  lines.push(
    isTyped
      ? `const globalForPrisma = globalThis as unknown as { ${local}?: ${type} }${semicolon}`
      : `const globalForPrisma = globalThis${semicolon}`,
  );
  const text = lines.join(newline + newline);
  const keep = `if (process.env.NODE_ENV !== ${style.quote}production${style.quote}) globalForPrisma.${local} = ${local}${semicolon}`;
  return {
    changes: [
      {
        file,
        create: false,
        edits: [
          { start, end: start, text: text + newline + newline },
          {
            start: initializer.getStart(source),
            end: initializer.end,
            text: `globalForPrisma.${local} ?? ${fallback}`,
          },
          { start: statement.end, end: statement.end, text: `${newline}${newline}${keep}` },
        ],
      },
    ],
  };
}

/** `const createClient = () => new PrismaClient(…)` and one `const prisma = createClient()`. */
function viaFactory(source: ts.SourceFile, made: ts.NewExpression): ReturnType<typeof constantOf> {
  const fn = ts.findAncestor(made, ts.isFunctionLike);
  const name =
    fn && ts.isFunctionDeclaration(fn)
      ? fn.name?.text
      : fn && ts.isVariableDeclaration(fn.parent) && ts.isIdentifier(fn.parent.name)
        ? fn.parent.name.text
        : undefined;
  if (name === undefined) return undefined;
  const calls: ts.CallExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === name)
      calls.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const [call] = calls;
  return call && calls.length === 1 ? constantOf(call) : undefined;
}
