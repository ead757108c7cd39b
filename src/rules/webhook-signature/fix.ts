import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { functionNode, innerIndent } from '../../edit/guards.ts';
import type { FunctionNode } from '../../edit/guards.ts';
import { addImport, importedAs } from '../../edit/imports.ts';
import { nodeAt } from '../../edit/queryCall.ts';
import { allNames } from '../../edit/scopes.ts';
import { styleOf } from '../../edit/style.ts';
import type { TextEdit } from '../../run/finding.ts';

/** Calls of the request's body readers in a handler. */
function bodyReads(node: FunctionNode, request: string): ts.CallExpression[] {
  const out: ts.CallExpression[] = [];
  const visit = (child: ts.Node): void => {
    if (
      ts.isCallExpression(child) &&
      ts.isPropertyAccessExpression(child.expression) &&
      ts.isIdentifier(child.expression.expression) &&
      child.expression.expression.text === request &&
      /^(json|text|formData|arrayBuffer|blob|bytes)$/.test(child.expression.name.text)
    )
      out.push(child);
    ts.forEachChild(child, visit);
  };
  visit(node);
  return out;
}

/** `await request.json()` as a whole, also in parentheses. */
function awaitedCall(call: ts.CallExpression): ts.Expression | undefined {
  return ts.isAwaitExpression(call.parent) ? call.parent : undefined;
}

interface Names {
  request: string;
  edits: TextEdit[];
}

/** What the handler calls its request; a handler without parameters gets one. */
function requestOf(source: ts.SourceFile, node: FunctionNode): Names | undefined {
  const [first] = node.parameters;
  if (first) return ts.isIdentifier(first.name) ? { request: first.name.text, edits: [] } : undefined;
  const open = source.text.indexOf('(', node.name ? node.name.end : node.getStart(source));
  const isTyped = /\.[cm]?tsx?$/.test(source.fileName);
  return open < 0
    ? undefined
    : {
        request: 'request',
        edits: [{ start: open + 1, end: open + 1, text: isTyped ? 'request: Request' : 'request' }],
      };
}

function insertVerification(context: FixContext): FixOutcome {
  const { file, data } = context;
  const source = context.sourceOf(file);
  const { fn, kind } = data;
  const node = source && typeof fn === 'number' ? functionNode(context, source, fn) : undefined;
  if (!source || !node) return { refuse: 'The handler could not be found in this file.' };
  if (!node.body || !ts.isBlock(node.body))
    return { refuse: 'The handler has no block body. Give it one first.' };
  if (/(^|\/)pages\//.test(file))
    return {
      refuse:
        'A handler of the pages router has its body parsed before it runs. Switch `bodyParser` off and verify by hand.',
    };
  const named = requestOf(source, node);
  if (!named) return { refuse: 'The request is taken apart in the parameters. Give it a name first.' };
  const taken = allNames(source);
  const names = kind === 'cron' ? ['secret', 'given', 'expected'] : ['secret', 'given', 'expected', 'body'];
  const style = styleOf(source.text);
  const q = (text: string): string => style.quote + text + style.quote;
  const { semicolon, newline } = style;
  const { request } = named;
  const edits: TextEdit[] = [...named.edits];
  const response = importedAs(source, 'next/server', 'NextResponse') ?? 'Response';
  const refuse = `if (!secret || given.length !== expected.length || !timingSafeEqual(given, expected)) {`;
  const answer = `${style.indent}return new ${response}(${q('Unauthorized')}, { status: 401 })${semicolon}`;
  let lines: string[];
  if (kind === 'cron') {
    lines = [
      `const secret = process.env.CRON_SECRET${semicolon}`,
      `const given = Buffer.from(${request}.headers.get(${q('authorization')}) ?? ${q('')})${semicolon}`,
      `const expected = Buffer.from(\`Bearer \${secret}\`)${semicolon}`,
    ];
  } else {
    const reads = bodyReads(node, request);
    const [only] = reads;
    const whole = only && awaitedCall(only);
    const reader = only && ts.isPropertyAccessExpression(only.expression) ? only.expression.name.text : '';
    if (reads.length !== 1 || !whole || !/^(json|text)$/.test(reader))
      return {
        refuse: 'The signature is made over the raw body, which is not read once as text or JSON here.',
      };
    edits.push({
      start: whole.getStart(source),
      end: whole.end,
      text: reader === 'json' ? 'JSON.parse(payload)' : 'payload',
    });
    names[3] = 'payload';
    lines = [
      `const payload = await ${request}.text()${semicolon}`,
      `const secret = process.env.WEBHOOK_SECRET${semicolon}`,
      `const given = Buffer.from(${request}.headers.get(${q('x-signature')}) ?? ${q('')}, ${q('hex')})${semicolon}`,
      `const expected = createHmac(${q('sha256')}, secret ?? ${q('')}).update(payload).digest()${semicolon}`,
    ];
  }
  const clash = names.find((name) => taken.has(name));
  if (clash !== undefined) return { refuse: `The file uses the name \`${clash}\` already.` };
  if (!node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword) && kind !== 'cron')
    return { refuse: 'The handler is not async, so it cannot wait for the body.' };
  const inner = innerIndent(source, node.body, style);
  const at = node.body.getStart(source) + 1;
  const text = [...lines, refuse, answer, '}'].map((line) => newline + inner + line).join('');
  const rest = source.text.slice(at, node.body.end);
  const tail = /^[ \t]*\r?\n/.test(rest) ? '' : newline + inner;
  const both = kind === 'cron' ? ['timingSafeEqual'] : ['createHmac', 'timingSafeEqual'];
  edits.push(...importsOf(source, both), { start: at, end: at, text: text + tail });
  return { changes: [{ file, create: false, edits }] };
}

function importsOf(source: ts.SourceFile, names: readonly string[]): TextEdit[] {
  const missing = names.filter((name) => importedAs(source, 'node:crypto', name) === undefined);
  const all = missing.flatMap((name) => addImport(source, { spec: 'node:crypto', name }));
  const [one, two] = all;
  if (!one || !two || one.start !== two.start) return all;
  // Two new lines at one place are one import.
  return [{ ...one, text: one.text.replace(`{ ${missing[0]} }`, `{ ${missing.join(', ')} }`) }];
}

export const fixes = [
  defineFix({
    id: 'verify',
    title: (data) =>
      data['kind'] === 'cron'
        ? 'Ask for the secret first'
        : 'Verify a signature over the body first (fill in the header)',
    trust: 'suggestion',
    preferred: true,
    edit: insertVerification,
  }),
  defineFix({
    id: 'fail-closed',
    title: () => 'Refuse when the secret is not set',
    trust: 'suggestion',
    preferred: true,
    edit({ file, finding, sourceOf }) {
      const source = sourceOf(file);
      const test = source && nodeAt(source, finding.start, finding.end);
      if (
        !source ||
        !test ||
        !ts.isBinaryExpression(test) ||
        test.operatorToken.kind !== ts.SyntaxKind.AmpersandAmpersandToken
      )
        return { refuse: 'The check is not written as `secret && …` here.' };
      const isName = ts.isIdentifier(test.left) || ts.isPropertyAccessExpression(test.left);
      if (!isName) return { refuse: 'What is tested first is no plain name.' };
      const wrap =
        ts.isBinaryExpression(test.right) &&
        test.right.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
      if (wrap) return { refuse: 'More than the secret is tested here.' };
      const { operatorToken } = test;
      const start = test.left.getStart(source);
      return {
        changes: [
          {
            file,
            create: false,
            edits: [
              { start, end: start, text: '!' },
              { start: operatorToken.getStart(source), end: operatorToken.end, text: '||' },
            ],
          },
        ],
      };
    },
  }),
];
