/** The mutation operators: how correct server code gets broken, one rule after the other. Written for the names of the sample apps. */
import { ts } from 'ts-morph';
import { accessOperators } from './accessOperators.ts';
import { callsOf, functionsAround, isEntryFile, nameOf, nodesOf, replace } from './mutant.ts';
import type { Change, Operator } from './mutant.ts';

const actionValidation: Operator[] = [
  {
    rule: 'action-validation',
    or: ['no-mass-assignment'],
    name: 'use the raw input',
    changes: (source) =>
      isEntryFile(source)
        ? callsOf(source).flatMap((call) => {
            const [input] = call.arguments;
            if (!input) return [];
            if (nameOf(call) === 'safeParse') return isTrusted(call) ? [] : unparsed(call, input);
            return nameOf(call) === 'parse' && /z\.|[sS]chema/.test(call.expression.getText())
              ? [replace(call, input.getText())]
              : [];
          })
        : [],
  },
  {
    rule: 'action-validation',
    name: 'leave the schema out of the action client',
    changes: (source) =>
      callsOf(source).flatMap((call) =>
        /^(inputSchema|schema|input)$/.test(nameOf(call)) && ts.isPropertyAccessExpression(call.expression)
          ? [replace(call, call.expression.expression.getText())]
          : [],
      ),
  },
];

/** What needs no schema of its own: what a signature vouches for, what a read pages by, what `authorize()` parses again. */
function isTrusted(call: ts.CallExpression): boolean {
  const text = functionsAround(call).at(-1)?.getText() ?? '';
  const statement = call.getSourceFile().statements.find((one) => one.pos <= call.pos && call.end <= one.end);
  return (
    /verifySignature\(|hasBearer\(|\bsignIn\(/.test(text) ||
    /\bGET\b/.test(statement?.getText().slice(0, 40) ?? '')
  );
}

/** `const parsed = input;`, the test of `parsed.success` gone, and `parsed` wherever `parsed.data` stood. */
function unparsed(call: ts.CallExpression, input: ts.Expression): Change[] {
  const declaration = call.parent;
  const body = functionsAround(call)[0]?.body;
  if (!ts.isVariableDeclaration(declaration) || !body) return [];
  const name = declaration.name.getText();
  const statement = declaration.parent.parent;
  const rest = body.getSourceFile().text.slice(statement.end, body.end);
  const text = rest
    .replace(new RegExp(`\\n *if \\(!${name}\\.success\\)[^;]*;`), '')
    .replaceAll(`${name}.data`, name);
  return [
    { start: statement.getStart(), end: body.end, text: `const ${name}: any = ${input.getText()};${text}` },
  ];
}

const noSecretLog: Operator[] = [
  {
    rule: 'no-secret-log',
    name: 'log the secret too',
    changes: (source) => logCalls(source).map((call) => intoLog(call, secretInScope(call, source))),
  },
  {
    rule: 'no-secret-log',
    name: 'log everything there is',
    changes: (source) => logCalls(source).map((call) => intoLog(call, '{ env: process.env }')),
  },
];

const logCalls = (source: ts.SourceFile): ts.CallExpression[] =>
  callsOf(source).filter((call) => /^console\.(log|info|warn|error)$/.test(call.expression.getText()));

function intoLog(call: ts.CallExpression, text: string): Change {
  const last = call.arguments.at(-1);
  const at = last?.end ?? call.end - 1;
  return { start: at, end: at, text: last ? `, ${text}` : text };
}

/** What a developer would add who looks for the cause of a failure here. */
function secretInScope(call: ts.CallExpression, source: ts.SourceFile): string {
  const names = functionsAround(call).flatMap((fn) =>
    fn.parameters.map((parameter) => parameter.name.getText()),
  );
  if (/\bsignInSchema\b/.test(source.text) && names.includes('formData')) return "formData.get('password')";
  const secret = /\benv\.(\w*(?:SECRET|KEY))\b/.exec(source.text)?.[1];
  if (secret !== undefined) return `env.${secret}`;
  if (names.includes('request')) return "request.headers.get('authorization')";
  if (/const session = await auth\(\)/.test(functionsAround(call).at(-1)?.getText() ?? ''))
    return '{ session }';
  return '`${process.env.AUTH_SECRET}`';
}

const transactionDiscipline: Operator[] = [
  {
    rule: 'transaction-discipline',
    name: 'use the shared client',
    changes: (source) =>
      transactionBodies(source).flatMap(({ body, tx }) =>
        nodesOf(body)
          .filter(
            (node) =>
              ts.isIdentifier(node) &&
              node.text === tx &&
              ts.isPropertyAccessExpression(node.parent) &&
              node.parent.expression === node,
          )
          .map((node) => replace(node, 'prisma')),
      ),
  },
  {
    rule: 'transaction-discipline',
    name: 'forget the await',
    changes: (source) =>
      transactionBodies(source).flatMap(({ body, tx }) =>
        nodesOf(body)
          .filter(
            (node): node is ts.AwaitExpression =>
              ts.isAwaitExpression(node) &&
              ts.isExpressionStatement(node.parent) &&
              node.expression.getText().startsWith(`${tx}.`),
          )
          .map((node) => replace(node, node.expression.getText())),
      ),
  },
  {
    rule: 'transaction-discipline',
    name: 'call the service without the transaction',
    changes: (source) =>
      transactionBodies(source).flatMap(({ body, tx }) =>
        callsOf(body).flatMap((call) => {
          const given = call.arguments.filter((argument) => argument.getText() !== tx);
          return given.length < call.arguments.length
            ? [
                replace(
                  call,
                  `${call.expression.getText()}(${given.map((argument) => argument.getText()).join(', ')})`,
                ),
              ]
            : [];
        }),
      ),
  },
  {
    rule: 'transaction-discipline',
    name: 'send mail inside',
    changes: (source) =>
      transactionBodies(source).map(({ body }) => ({
        start: body.getStart() + 1,
        end: body.getStart() + 1,
        text: " await fetch('https://mail.example.com/send', { method: 'POST' });",
      })),
  },
];

/** The callbacks of interactive transactions. */
function transactionBodies(source: ts.SourceFile): { body: ts.Node; tx: string }[] {
  return callsOf(source).flatMap((call) => {
    const [callback] = call.arguments;
    const tx = callback && ts.isArrowFunction(callback) ? callback.parameters[0]?.name.getText() : undefined;
    return nameOf(call) === '$transaction' &&
      callback &&
      ts.isArrowFunction(callback) &&
      tx !== undefined &&
      ts.isBlock(callback.body)
      ? [{ body: callback.body, tx }]
      : [];
  });
}

export const operators: readonly Operator[] = [
  ...accessOperators,
  ...actionValidation,
  ...noSecretLog,
  ...transactionDiscipline,
];
