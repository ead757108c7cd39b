import { describe, expect, it } from 'vitest';
import {
  expectFindings,
  expectFixed,
  expectSilent,
  findings,
  messageId,
  openFixture,
} from '../../../test/kit/check.ts';
import type { Files } from '../../../test/kit/fixture.ts';

const RULE = 'session-shape';

/** An `auth.ts` with these callbacks; a session kept in a token unless there is an adapter. */
const authFile = (callbacks: string, more = ''): string => `import NextAuth from 'next-auth';
import GitHub from 'next-auth/providers/github';
import { PrismaAdapter } from '@auth/prisma-adapter';
import { prisma } from '@/lib/db';

export const { handlers, auth, signIn, signOut } = NextAuth({
  providers: [GitHub],
  ${more}
  ${callbacks === '' ? '' : `callbacks: { ${callbacks} },`}
});
`;

const database = 'adapter: PrismaAdapter(prisma),';
const jwtRole = 'jwt({ token, user }) { if (user) token.role = user.role; return token; }';
const sessionRole =
  'session({ session, token }) { session.user.role = token.role; session.user.id = token.sub; return session; }';

/** A service that reads what the text says of the session. */
const reader = (code: string, imports = ''): string => `import { auth } from '@/auth';
${imports}
export async function read() {
  const session = await auth();
  if (!session?.user) return null;
  ${code}
}
`;

async function verdicts(files: Files): Promise<string[]> {
  const fixture = await openFixture(files);
  return findings(fixture, RULE).map(
    (finding) => `${finding.file}:${finding.range.start.line + 1} ${finding.severity} ${messageId(finding)}`,
  );
}

describe('fields that no session has', () => {
  it.each([
    ['no callbacks at all', authFile(''), 'return session.user.id;'],
    ['only a jwt callback', authFile(jwtRole), 'return session.user.role;'],
    [
      'a session callback that sets another field',
      authFile(`${jwtRole}, session({ session, token }) { session.user.id = token.sub; return session; }`),
      'return session.user.role;',
    ],
    ['no session callback beside an adapter', authFile('', database), 'return session.user.id;'],
    [
      'a new object that leaves the field out',
      authFile(
        'session({ session, user }) { return { expires: session.expires, user: { name: user.name, id: user.id } }; }',
        database,
      ),
      'return session.user.role;',
    ],
    [
      'a column that the user does not have',
      authFile('session({ session }) { return session; }', database),
      'return session.user.plan;',
    ],
    ['destructured', authFile(''), 'const { user } = session;\n  const { id } = user;\n  return id;'],
    ['a fallback', authFile(''), 'return session.user.role ?? null;'],
    ['an index', authFile(''), "return session.user['role'];"],
    ['a cast', authFile(''), 'return (session.user as any).role;'],
    ['a member of the session', authFile(`${jwtRole}, ${sessionRole}`), 'return session.accessToken;'],
    ['a field of the field', authFile(''), 'return session.user.role.name;'],
    [
      'a configuration made by a function',
      authFile('').replace('NextAuth({', 'NextAuth(async () => ({').replace('});', '}));'),
      'return session.user.id;',
    ],
  ])('%s', async (_, auth, code) => {
    expect(await verdicts({ 'auth.ts': auth, 'lib/services/read.service.ts': reader(code) })).toEqual([
      expect.stringMatching(/read\.service\.ts:\d+ error notCarried$/),
    ]);
  });

  it.each([
    [
      'a helper that hands the user out',
      `import { auth } from '@/auth';
export async function currentUser() {
  const session = await auth();
  if (!session?.user) throw new Error('signed out');
  return session.user;
}
`,
      `import { currentUser } from '@/lib/session';
export async function read() {
  const user = await currentUser();
  return user.role;
}
`,
    ],
    [
      'a helper that hands the session out',
      `import { cache } from 'react';
import { auth } from '@/auth';
export const getSession = () => auth();
`,
      `import { getSession } from '@/lib/session';
export async function read() {
  const session = await getSession();
  return session?.user?.role;
}
`,
    ],
    [
      'a typed parameter',
      'export {};\n',
      `import type { Session } from 'next-auth';
export function read(session: Session | null) {
  return session?.user?.role;
}
`,
    ],
    [
      'the user of a typed parameter',
      'export {};\n',
      `import type { Session } from 'next-auth';
export const read = (user: Session['user']) => user.role;
`,
    ],
    [
      'a wrapped handler',
      'export {};\n',
      `import { auth } from '@/auth';
export const GET = auth((req) => Response.json(req.auth?.user?.role));
`,
    ],
  ])('through %s', async (_, helper, code) => {
    expect(
      await verdicts({ 'auth.ts': authFile(''), 'lib/session.ts': helper, 'lib/services/read.ts': code }),
    ).toEqual([expect.stringMatching(/read\.ts:\d+ error notCarried$/)]);
  });

  it('once for each field and file, at its name', async () => {
    const fixture = await openFixture({
      'auth.ts': authFile(''),
      'lib/services/read.service.ts': `import { auth } from '@/auth';

export async function read() {
  const session = await auth();
  if (session?.user?.role !== 'ADMIN') return session?.user?.id;
//                   ^^^^ session-shape error
//                                                           ^^ session-shape error
  return [session.user.role, session.user.id, session.user.name];
}
`,
    });
    expectFindings(fixture, { rules: [RULE] });
  });

  it('of version 4, where nothing is copied by itself', async () => {
    const files = {
      'package.json':
        '{ "name": "old", "dependencies": { "next": "14.0.0", "next-auth": "^4.24.0", "@prisma/client": "5.0.0" } }',
      'auth.ts': `import type { NextAuthOptions } from 'next-auth';
import { PrismaAdapter } from '@auth/prisma-adapter';
import { prisma } from '@/lib/db';
export const authOptions: NextAuthOptions = {
  adapter: PrismaAdapter(prisma),
  providers: [],
  callbacks: { session({ session, user }) { session.user.id = user.id; return session; } },
};
`,
      'app/api/auth/[...nextauth]/route.ts':
        "import NextAuth from 'next-auth';\nimport { authOptions } from '@/auth';\nconst handler = NextAuth(authOptions);\nexport { handler as GET, handler as POST };\n",
      'lib/services/read.ts': `import { getServerSession } from 'next-auth';
import { authOptions } from '@/auth';
export async function read() {
  const session = await getServerSession(authOptions);
  return [session?.user.id, session?.user.role];
}
`,
    };
    expect(await verdicts(files)).toEqual(['lib/services/read.ts:5 error notCarried']);
  });
});

describe('fields that sessions have', () => {
  const all =
    'return [session.user.id, session.user.role, session.user.name, session.user.email, session.user.image, session.expires];';
  it.each([
    ['callbacks of both kinds', authFile(`${jwtRole}, ${sessionRole}`)],
    [
      'a database and a callback that hands the session back',
      authFile('session({ session }) { return session; }', database),
    ],
    [
      'a new object with the old one in it',
      authFile(
        'session: ({ session, user }) => ({ ...session, user: { ...session.user, id: user.id, role: user.role } })',
        database,
      ),
    ],
    [
      'a token that takes the user',
      authFile(
        'jwt: ({ token, user }) => ({ ...token, ...user }), session({ session, token }) { session.user = token; return session; }',
      ),
    ],
    [
      'Object.assign()',
      authFile(
        `${jwtRole}, session({ session, token }) { Object.assign(session.user, { id: token.sub, role: token.role }); return session; }`,
      ),
    ],
    [
      'params that are not destructured',
      authFile(
        'jwt: async (params) => { if (params.user) params.token.role = params.user.role; return params.token; }, session: async (params) => { const { session, token } = params; if (session.user) { session.user.id = token.sub as string; session.user.role = token.role; } return params.session; }',
      ),
    ],
    [
      'a helper that fills the session',
      authFile('async session({ session, token }) { return extend(session, token); }'),
    ],
    [
      'a copy that is filled',
      authFile(
        `${jwtRole}, session({ session, token }) { const next = { ...session, user: { ...session.user, id: token.sub, role: token.role } }; return next; }`,
      ),
    ],
    [
      'a session that is made anew',
      authFile('session({ session, token }) { session = extend(session, token); return session; }'),
    ],
    ['a token that something else fills', authFile(`jwt({ token }) { return fill(token); }, ${sessionRole}`)],
    ['a configuration that is not known', authFile('').replace('providers: [GitHub],', '...makeConfig(),')],
    [
      'callbacks that are not known',
      authFile('').replace('providers: [GitHub],', 'callbacks: makeCallbacks(),'),
    ],
    [
      'a strategy that is not known',
      authFile('session({ session }) { return session; }', 'session: { strategy: pick() },'),
    ],
  ])('%s', async (_, auth) => {
    expectSilent(await openFixture({ 'auth.ts': auth, 'lib/services/read.service.ts': reader(all) }), RULE);
  });

  it.each([
    ['client components', "'use client';\n"],
    ['scripts', ''],
  ])('not in %s', async (name, directive) => {
    const file = name === 'scripts' ? 'scripts/read.ts' : 'components/read.tsx';
    expectSilent(
      await openFixture({ 'auth.ts': authFile(''), [file]: directive + reader('return session.user.id;') }),
      RULE,
    );
  });

  it('not of another library', async () => {
    const files = {
      'auth.ts': "import { betterAuth } from 'better-auth';\nexport const auth = betterAuth({});\n",
      'lib/services/read.ts':
        "import { auth } from '@/auth';\nexport async function read() {\n  const session = await auth.api.getSession({ headers: new Headers() });\n  return session?.user.plan;\n}\n",
    };
    expectSilent(await openFixture(files), RULE);
  });

  it('not of a token, which has fields of its own', async () => {
    const files = {
      'auth.ts': authFile(''),
      'lib/token.ts':
        "import { getToken } from 'next-auth/jwt';\nexport const readToken = (req: Request) => getToken({ req });\n",
      'lib/services/read.ts':
        "import { readToken } from '@/lib/token';\nexport async function read(req: Request) {\n  const token = await readToken(req);\n  return [token?.role, token?.user?.id];\n}\n",
    };
    expectSilent(await openFixture(files), RULE);
  });

  it('not of a variable that is assigned again, or of a row', async () => {
    const code = `let user = session.user;
  user = await prisma.user.findUniqueOrThrow({ where: { email: session.user.email ?? '' } });
  const row = await prisma.user.findUniqueOrThrow({ where: { email: session.user.email ?? '' } });
  return [user.role, row.role];`;
    const files = {
      'auth.ts': authFile(''),
      'lib/services/read.ts': reader(code, "import { prisma } from '@/lib/db';"),
    };
    expectSilent(await openFixture(files), RULE);
  });

  it('split over two files and a proxy with its own', async () => {
    const files = {
      'auth.config.ts': `import type { NextAuthConfig } from 'next-auth';
export const authConfig = {
  providers: [],
  callbacks: { ${jwtRole}, ${sessionRole} },
} satisfies NextAuthConfig;
`,
      'auth.ts': `import NextAuth from 'next-auth';
import { authConfig } from '@/auth.config';
export const { handlers, auth } = NextAuth({ ...authConfig, session: { strategy: 'jwt' } });
`,
      'proxy.ts':
        "import NextAuth from 'next-auth';\nimport { authConfig } from '@/auth.config';\nconst { auth } = NextAuth(authConfig);\nexport default auth;\n",
      'lib/services/read.service.ts': reader(all),
    };
    expectSilent(await openFixture(files), RULE);
  });
});

describe('callbacks', () => {
  it.each([
    [
      'read from a token that nobody fills',
      authFile('session({ session, token }) { session.user.role = token.role; return session; }'),
      'emptyToken',
    ],
    [
      'read under another name than was set',
      authFile(
        `jwt({ token, user }) { if (user) token.userRole = user.role; return token; }, session({ session, token }) { session.user.role = token.role ?? 'USER'; return session; }`,
      ),
      'emptyToken',
    ],
    [
      'a token where there is none',
      authFile('session({ session, token }) { session.user.id = token.sub; return session; }', database),
      'noToken',
    ],
  ])('%s', async (_, auth, message) => {
    expect(await verdicts({ 'auth.ts': auth })).toEqual([expect.stringContaining(`error ${message}`)]);
  });

  it.each([
    [
      'a token that is asked for',
      authFile(
        'session({ session, token, user }) { if (token) session.user.id = token.sub; else session.user.id = user.id; return session; }',
        database,
      ),
    ],
    [
      'what every token has',
      authFile('session({ session, token }) { session.user.image = token.picture; return session; }'),
    ],
    [
      'a token that is merged on update',
      authFile(
        `jwt({ token, user, trigger, session }) { if (trigger === 'update') token = { ...token, ...session }; return token; }, ${sessionRole}`,
      ),
    ],
  ])('accepts %s', async (_, auth) => {
    expectSilent(await openFixture({ 'auth.ts': auth }), RULE);
  });
});

describe('types', () => {
  const auth = authFile(`${jwtRole}, ${sessionRole}`);
  const augment = (text: string): Files => ({ 'auth.ts': auth, 'types/next-auth.d.ts': text });

  it.each([
    [
      'none',
      'export {};\n',
      [
        ['warning', 'notDeclared'],
        ['info', 'maybeUndefined'],
      ],
    ],
    [
      'a session without the role',
      "import 'next-auth';\ndeclare module 'next-auth' {\n  interface Session { user: { id: string } }\n}\n",
      [['warning', 'notDeclared']],
    ],
    [
      'another module',
      "declare module 'next' {\n  interface Session { user: { id: string; role: string } }\n}\nexport {};\n",
      [
        ['warning', 'notDeclared'],
        ['info', 'maybeUndefined'],
      ],
    ],
  ])('%s', async (_, text, expected) => {
    expect((await verdicts(augment(text))).map((row) => row.split(' ').slice(1))).toEqual(expected);
  });

  it.each([
    [
      'a type of its own',
      "import type { DefaultSession } from 'next-auth';\ntype Extended = DefaultSession['user'] & { id: string; role: string };\ndeclare module 'next-auth' {\n  interface Session { user: Extended }\n}\n",
    ],
    [
      'a type from elsewhere',
      "import type { Extended } from '@/lib/types';\ndeclare module 'next-auth' {\n  interface Session { user: Extended }\n}\n",
    ],
    [
      'the user',
      "import 'next-auth';\ndeclare module 'next-auth' {\n  interface User { id: string; role: string }\n}\n",
    ],
    [
      'the core',
      "import '@auth/core/types';\ndeclare module '@auth/core/types' {\n  interface Session { user: { id: string; role: string } }\n}\n",
    ],
  ])('accepts %s', async (_, text) => {
    expectSilent(await openFixture(augment(text)), RULE);
  });

  it('the token: only where the module is imported', async () => {
    const bare = "declare module 'next-auth/jwt' {\n  interface JWT { role?: string }\n}\n";
    const file = 'types/jwt.d.ts';
    const fixture = await openFixture({
      [file]: `${bare.replace('{\n', '{\n//             ^^^^^^^^^^^^^^^ session-shape warning\n')}export {};\n`,
    });
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE).map(messageId)).toEqual(['notApplied']);
    expectFixed(fixture, RULE, { [file]: `import type {} from 'next-auth/jwt';\n\n${bare}export {};\n` });
    expectSilent(await openFixture({ [file]: `import { JWT } from 'next-auth/jwt';\n${bare}` }), RULE);
    expectSilent(
      await openFixture({
        'package.json': '{ "name": "old", "dependencies": { "next": "14.0.0", "next-auth": "4.24.0" } }',
        [file]: `${bare}export {};\n`,
      }),
      RULE,
    );
  });
});

describe('roles that the enum does not have', () => {
  const role = (code: string): Files => ({ 'lib/services/read.service.ts': reader(code) });

  it.each([
    ['a comparison', "return session.user.role === 'admin';"],
    ['the other way round', "return 'MODERATOR' !== session.user.role;"],
    ['a list', "return ['OWNER', 'ADMIN'].includes(session.user.role);"],
    ['a switch', "switch (session.user.role) { case 'GUEST': return 1; default: return 2; }"],
  ])('%s', async (_, code) => {
    expect(await verdicts(role(code))).toEqual([expect.stringContaining('error noSuchRole')]);
  });

  it.each([
    ['a value', "return session.user.role === 'ADMIN';"],
    ['another field', "return session.user.name === 'admin';"],
    ['something computed', 'return session.user.role === process.argv[2];'],
    ['a changed text', "return session.user.role.toLowerCase() === 'admin';"],
  ])('accepts %s', async (_, code) => {
    expectSilent(await openFixture(role(code)), RULE);
  });

  it('accepts texts that a callback makes', async () => {
    const auth = authFile(
      'session({ session, user }) { session.user.role = user.role.toLowerCase(); return session; }',
      database,
    );
    expectSilent(
      await openFixture({ 'auth.ts': auth, ...role("return session.user.role === 'admin';") }),
      RULE,
    );
  });

  it('are replaced by the value that is meant', async () => {
    const fixture = await openFixture(role("return session.user.role === 'admin';"));
    expectFixed(fixture, RULE, role("return session.user.role === 'ADMIN';"));
  });
});
