/** How the code that says who may do what gets broken: guards, owners, identities, roles. Written for the names of the sample apps. */
import { ts } from 'ts-morph';
import { callsOf, functionsAround, importAt, isEntryFile, nameOf, nodesOf, replace } from './mutant.ts';
import type { Change, Operator } from './mutant.ts';

const GUARD = /^(auth|getServerSession|requireUser|requireAdmin|assertStaff|currentUserOrError)$/;
const TESTS_CALLER = /^!session|session\?\.user|hasBearer\(|verifySignature\(|^error$/;
const TESTS_ROLE = /\.role\s*[!=]==/;
const TESTS_OWNER = /isTeamOwner|isMember|[!=]==\s*(session\.)?user\.id/;
const OWNER_KEY = /^(userId|ownerId|authorId|user|owner|author|members)$/;
const OWNER_VALUE = /^(userId|ownerId|authorId)$|\b(session\.)?user\.id$|^ctx\.userId$|\{\s*userId\s*\}/;
const IDENTITY = /^(user\.id|session\.user\.id|ctx\.userId)$/;

const ifs = (source: ts.SourceFile, test: RegExp): ts.IfStatement[] =>
  nodesOf(source).filter(
    (node): node is ts.IfStatement =>
      ts.isIfStatement(node) && !node.elseStatement && test.test(node.expression.getText()),
  );

const isAwaited = (call: ts.CallExpression): boolean => ts.isAwaitExpression(call.parent);

/** Calls of a guard in the files that strangers reach. */
const guardCalls = (source: ts.SourceFile): ts.CallExpression[] =>
  isEntryFile(source) ? callsOf(source).filter((call) => GUARD.test(nameOf(call)) && isAwaited(call)) : [];

const actionAuth: Operator[] = [
  {
    rule: 'action-auth',
    name: 'remove the guard',
    changes: (source) =>
      guardCalls(source).flatMap(({ parent }) => {
        const statement = parent.parent;
        if (ts.isExpressionStatement(statement)) return [replace(statement, '')];
        // A stand-in that was never taken out again.
        return [
          replace(parent, "({ id: 'demo', user: { id: 'demo', role: 'ADMIN' }, error: undefined } as const)"),
        ];
      }),
  },
  {
    rule: 'action-auth',
    // Of a webhook or a job.
    or: ['webhook-signature'],
    name: 'remove the test of the session',
    changes: (source) => (isEntryFile(source) ? ifs(source, TESTS_CALLER).map(withRoleTest) : []),
  },
  {
    rule: 'action-auth',
    name: 'forget the await',
    changes: (source) => guardCalls(source).map((call) => replace(call.parent, call.getText())),
  },
  {
    rule: 'action-auth',
    name: 'remove the test inside the helper',
    changes: (source) =>
      isEntryFile(source, true)
        ? []
        : ifs(source, /^!session\?\.user\?\.id$/).map((test) => replace(test, '')),
  },
  {
    rule: 'action-auth',
    name: 'take the open client or no wrapper',
    changes: (source) => (isEntryFile(source) ? [...openClients(source), ...wrapped(source)] : []),
  },
];

/** The test, and the tests of the role that stand right behind it: they would stop a stranger too. */
function withRoleTest(test: ts.IfStatement): Change {
  const siblings = ts.isBlock(test.parent) ? [...test.parent.statements] : [];
  let last = test;
  for (const next of siblings.slice(siblings.indexOf(test) + 1)) {
    if (!ts.isIfStatement(next) || !TESTS_ROLE.test(next.expression.getText())) break;
    last = next;
  }
  return { start: test.getStart(), end: last.end, text: '' };
}

function openClients(source: ts.SourceFile): Change[] {
  return nodesOf(source).flatMap((node) =>
    ts.isIdentifier(node) && node.text === 'authActionClient' && !ts.isImportSpecifier(node.parent)
      ? [
          {
            ...replace(node, 'createSafeActionClient()'),
            add: [
              { at: importAt(source), text: "\nimport { createSafeActionClient } from 'next-safe-action';" },
            ],
          },
        ]
      : [],
  );
}

function wrapped(source: ts.SourceFile): Change[] {
  return callsOf(source).flatMap((call) => {
    const [handler] = call.arguments;
    return /^with(Auth|User)$/.test(nameOf(call)) && handler ? [replace(call, handler.getText())] : [];
  });
}

const ownerFilter: Operator[] = [
  {
    rule: 'owner-filter',
    or: ['no-client-identity', 'require-role'],
    name: 'drop the owner key',
    changes: (source) => withoutOwner(source).flatMap(({ change, isPicked }) => (isPicked ? [change] : [])),
  },
  {
    rule: 'owner-filter',
    or: ['no-client-identity', 'require-role'],
    name: 'drop the check of the owner',
    changes: (source) => ifs(source, TESTS_OWNER).map((test) => replace(test, '')),
  },
  {
    rule: 'owner-filter',
    or: ['no-client-identity', 'require-role'],
    name: 'ignore the answer of the check',
    changes: (source) =>
      ifs(source, TESTS_OWNER).map((test) => {
        const inner = callsOf(test.expression).find((call) => isAwaited(call));
        return inner ? replace(test, `${inner.parent.getText()};`) : replace(test, '');
      }),
  },
];

/** Every `where` without its owner key; `isPicked`: something else in it says which rows. */
function withoutOwner(source: ts.SourceFile): { change: Change; isPicked: boolean }[] {
  return nodesOf(source).flatMap((node) => {
    if (!(ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) || node.name.getText() !== 'where')
      return [];
    const { initializer } = node;
    const own =
      initializer && ts.isObjectLiteralExpression(initializer)
        ? initializer.properties.find(isOwnerKey)
        : undefined;
    if (!own || !initializer || !ts.isObjectLiteralExpression(initializer)) return [];
    const rest = initializer.properties.filter((property) => property !== own);
    const isPicked = rest.some(
      (property) => !ts.isPropertyAssignment(property) || !isConstant(property.initializer),
    );
    return [
      {
        change: replace(initializer, `{ ${rest.map((property) => property.getText()).join(', ')} }`),
        isPicked,
      },
    ];
  });
}

const isConstant = (value: ts.Expression): boolean =>
  ts.isLiteralExpression(value) || /^(true|false|null)$/.test(value.getText());

function isOwnerKey(property: ts.ObjectLiteralElementLike): boolean {
  if (ts.isShorthandPropertyAssignment(property)) return OWNER_KEY.test(property.name.text);
  return (
    ts.isPropertyAssignment(property) &&
    OWNER_KEY.test(property.name.getText()) &&
    OWNER_VALUE.test(property.initializer.getText())
  );
}

const clientIdentity: Operator[] = [
  {
    rule: 'no-client-identity',
    or: ['owner-filter'],
    name: 'take the id that the caller names',
    changes: (source) =>
      isEntryFile(source, true)
        ? nodesOf(source).flatMap((node) =>
            ts.isPropertyAccessExpression(node) &&
            IDENTITY.test(node.getText()) &&
            isHandedOn(node) &&
            isSession(node)
              ? namedByCaller(node)
              : [],
          )
        : [],
  },
];

/** Whether the user is the one of the session, not somebody who was looked up. */
function isSession(node: ts.Node): boolean {
  if (node.getText() !== 'user.id') return true;
  const [fn] = functionsAround(node);
  return (
    fn !== undefined &&
    new RegExp(`\\buser\\b[^=;]*= await ${GUARD.source.slice(1, -1)}\\(|[(,] *user[,)]`).test(fn.getText())
  );
}

/** Whether a value is used, not tested. */
function isHandedOn({ parent }: ts.Node): boolean {
  return ts.isCallExpression(parent) || ts.isPropertyAssignment(parent);
}

function namedByCaller(node: ts.Node): Change[] {
  const around = functionsAround(node);
  const names = around.flatMap((fn) => fn.parameters.map((parameter) => parameter.name.getText()));
  const request = names.find((name) => /^_?request$/.test(name));
  if (request) return [replace(node, `(new URL(${request}.url).searchParams.get('userId') ?? '')`)];
  if (names.some((name) => name.includes('parsedInput'))) return namedByInput(node);
  const form = names.find((name) => name === 'formData');
  if (form) return [replace(node, `String(${form}.get('userId'))`)];
  if (names.some((name) => name.includes('searchParams')))
    return [replace(node, '((await searchParams) as { userId: string }).userId')];
  if (names.some((name) => name.includes('params')))
    return [replace(node, '((await params) as { userId: string }).userId')];
  const last = around.at(-1)?.parameters.at(-1);
  return last
    ? [{ ...replace(node, 'forUserId'), add: [{ at: last.end, text: ', forUserId: string' }] }]
    : [];
}

/** The schema of an action client lets the id in, and the handler uses it. */
function namedByInput(node: ts.Node): Change[] {
  const source = node.getSourceFile();
  const schema = callsOf(source).find((call) => nameOf(call) === 'inputSchema')?.arguments[0];
  if (!schema) return [];
  return [
    {
      ...replace(node, 'parsedInput.userId'),
      add: [
        { at: schema.end, text: '.extend({ userId: z.cuid() })' },
        { at: importAt(source), text: "\nimport { z } from 'zod';" },
      ],
    },
  ];
}

const requireRole: Operator[] = [
  {
    rule: 'require-role',
    name: 'list everybody’s rows',
    changes: (source) => withoutOwner(source).flatMap(({ change, isPicked }) => (isPicked ? [] : [change])),
  },
  {
    rule: 'require-role',
    or: ['action-auth'],
    name: 'remove the test of the role',
    changes: (source) => ifs(source, TESTS_ROLE).map((test) => replace(test, '')),
  },
  {
    rule: 'require-role',
    name: 'be content with any user',
    changes: (source) =>
      isEntryFile(source, /(^|\/)app\/(.+\/)?admin\//.test(source.fileName))
        ? callsOf(source)
            .filter((call) => /^(requireAdmin|assertStaff)$/.test(nameOf(call)))
            .map((call) => ({
              ...replace(call.expression, 'requireUser'),
              add: [
                {
                  at: importAt(source),
                  text: `\nimport { requireUser } from '${/@acme\/auth/.test(source.text) ? '@acme/auth' : '@/lib/auth-guards'}';`,
                },
              ],
            }))
        : [],
  },
];

const undefinedFilter: Operator[] = [
  {
    rule: 'no-undefined-filter',
    name: 'read the session instead of demanding it',
    changes: (source) =>
      callsOf(source).flatMap((call) => {
        if (!isEntryFile(source, true) || !GUARD.test(nameOf(call)) || !isAwaited(call)) return [];
        const declaration = call.parent.parent;
        const [fn] = functionsAround(call);
        if (!fn || !ts.isVariableDeclaration(declaration) || declaration.name.getText() !== 'user') return [];
        const ids = nodesOf(fn).filter((node) => node.getText() === 'user.id' && isFiltering(node));
        if (ids.length === 0) return [];
        const spec = /@acme\/auth/.test(source.text) ? '@acme/auth' : '@/auth';
        const isImported = /import \{[^}]*\bauth\b[^}]*\} from/.test(source.text);
        return [
          {
            ...replace(call.parent, '(await auth())?.user'),
            add: [
              ...ids.map((node) => ({ at: node.getStart() + 'user'.length, text: '?' })),
              ...(isImported ? [] : [{ at: importAt(source), text: `\nimport { auth } from '${spec}';` }]),
            ],
          },
        ];
      }),
  },
];

/** A value in a `where`, or handed to a service that looks for rows by it. */
function isFiltering(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isCallExpression(parent)) return /^(list|get|find|count|cancel)/.test(nameOf(parent));
  return ts.isPropertyAssignment(parent) && isFilter(parent);
}

/** Whether a property stands in a `where`, other than as a part of a compound key. */
function isFilter(node: ts.ObjectLiteralElementLike): boolean {
  const { parent } = node.parent;
  return ts.isPropertyAssignment(parent) && parent.name.getText() === 'where';
}

export const accessOperators: readonly Operator[] = [
  ...actionAuth,
  ...undefinedFilter,
  ...ownerFilter,
  ...clientIdentity,
  ...requireRole,
];
