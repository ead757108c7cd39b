import { describe, expect, it } from 'vitest';
import { expectFixed, openFixture, refusal } from '../../../test/kit/check.ts';
import type { Files } from '../../../test/kit/fixture.ts';

const RULE = 'session-shape';

const readRole: Files = {
  'lib/services/read.service.ts': `import { auth } from '@/auth';

export async function isAdmin() {
  const session = await auth();
  return session?.user?.role === 'ADMIN';
}
`,
};

const head = `import NextAuth from 'next-auth';
import GitHub from 'next-auth/providers/github';

`;

const none = 'types/next-auth.d.ts';
const augmentation = `import type { DefaultSession } from 'next-auth';

declare module 'next-auth' {
  interface Session {
    user: { id: string; role: 'USER' | 'ADMIN' } & DefaultSession['user'];
  }
  interface User {
    role?: 'USER' | 'ADMIN';
  }
}
`;

const withTypes = (auth: string): Files => ({ 'auth.ts': auth, [none]: augmentation });

describe('carry-field', () => {
  it('writes both callbacks', async () => {
    const auth = `${head}export const { handlers, auth } = NextAuth({
  providers: [GitHub],
});
`;
    const fixture = await openFixture({ ...withTypes(auth), ...readRole });
    expectFixed(fixture, RULE, {
      'auth.ts': `${head}export const { handlers, auth } = NextAuth({
  providers: [GitHub],
  callbacks: {
    jwt({ token, user }) {
      if (user) token.role = user.role;
      return token;
    },
    session({ session, token }) {
      session.user.role = token.role as typeof session.user.role;
      return session;
    },
  },
});
`,
    });
  });

  it('extends the callbacks that are there, and their arguments', async () => {
    const auth = `${head}export const { handlers, auth } = NextAuth({
  providers: [GitHub],
  callbacks: {
    async jwt({ token }) {
      return token;
    },
    async session({ session }) {
      if (!session.user) return session;
      session.user.name = 'x';
      return session;
    },
  },
});
`;
    const fixture = await openFixture({ ...withTypes(auth), ...readRole });
    expectFixed(fixture, RULE, {
      'auth.ts': `${head}export const { handlers, auth } = NextAuth({
  providers: [GitHub],
  callbacks: {
    async jwt({ token, user }) {
      if (user) token.role = user.role;
      return token;
    },
    async session({ session, token }) {
      if (!session.user) return session;
      session.user.name = 'x';
      session.user.role = token.role as typeof session.user.role;
      return session;
    },
  },
});
`,
    });
  });

  it('adds to an object that is handed back', async () => {
    const auth = `${head}export const { handlers, auth } = NextAuth({
  providers: [GitHub],
  callbacks: {
    jwt: ({ token, user }) => ({ ...token, ...user }),
    session: ({ session, token }) => ({ ...session, user: { ...session.user, id: token.id } }),
  },
});
`;
    const fixture = await openFixture({ ...withTypes(auth), ...readRole });
    expectFixed(fixture, RULE, {
      'auth.ts': auth.replace(
        'id: token.id }',
        'id: token.id, role: token.role as typeof session.user.role }',
      ),
    });
  });

  it('takes the id that the token has', async () => {
    const auth = `${head}export const { handlers, auth } = NextAuth({ providers: [GitHub] });\n`;
    const fixture = await openFixture({
      ...withTypes(auth),
      'lib/services/read.service.ts':
        "import { auth } from '@/auth';\n\nexport const readId = async () => (await auth())?.user?.id;\n",
    });
    expectFixed(fixture, RULE, {
      'auth.ts': `${head}export const { handlers, auth } = NextAuth({ providers: [GitHub], callbacks: {
  session({ session, token }) {
    session.user.id = token.sub as string;
    return session;
  },
} });\n`,
    });
  });

  it('copies the column where sessions are kept in the database', async () => {
    const adapter = `${head}import { PrismaAdapter } from '@auth/prisma-adapter';
import { prisma } from '@/lib/db';

`;
    const auth = `${adapter}export const { handlers, auth } = NextAuth({
  adapter: PrismaAdapter(prisma),
  providers: [GitHub],
});
`;
    const fixture = await openFixture({ ...withTypes(auth), ...readRole });
    expectFixed(fixture, RULE, {
      'auth.ts': `${adapter}export const { handlers, auth } = NextAuth({
  adapter: PrismaAdapter(prisma),
  providers: [GitHub],
  callbacks: {
    session({ session, user }) {
      session.user.role = user.role;
      return session;
    },
  },
});
`,
    });
  });

  it('narrows where the type of the user lacks the field, and adds the session to the types', async () => {
    const auth = `${head}export const { handlers, auth } = NextAuth({
  providers: [GitHub],
});
`;
    const types = `import type { DefaultSession } from 'next-auth';

declare module 'next-auth' {
  interface Session {
    user: {
      id: string;
    } & DefaultSession['user'];
  }
}
`;
    const fixture = await openFixture({ 'auth.ts': auth, [none]: types, ...readRole });
    expectFixed(fixture, RULE, {
      'auth.ts': `${head}export const { handlers, auth } = NextAuth({
  providers: [GitHub],
  callbacks: {
    jwt({ token, user }) {
      if (user && 'role' in user) token.role = user.role;
      return token;
    },
    session({ session, token }) {
      session.user.role = token.role as typeof session.user.role;
      return session;
    },
  },
});
`,
      [none]: types.replace('id: string;\n', "id: string;\n      role: 'USER' | 'ADMIN';\n"),
    });
  });

  it.each([
    [
      'fields that are no column',
      "import { auth } from '@/auth';\n\nexport const readPlan = async () => (await auth())?.user?.plan;\n",
      '',
      'has no field plan',
    ],
    [
      'a member of the session itself',
      "import { auth } from '@/auth';\n\nexport const readToken = async () => (await auth())?.accessToken;\n",
      '',
      'Only fields of session.user',
    ],
    [
      'callbacks that end in another way',
      readRole['lib/services/read.service.ts'] ?? '',
      'callbacks: { session({ session }) { if (session.user) { return session; } else { return session; } } },',
      "doesn't end with",
    ],
  ])('refuses %s', async (_, code, callbacks, reason) => {
    const auth = `${head}export const { handlers, auth } = NextAuth({ providers: [GitHub], ${callbacks} });\n`;
    const fixture = await openFixture({ ...withTypes(auth), 'lib/services/read.service.ts': code });
    expect(refusal(fixture, { rule: RULE })).toContain(reason);
  });
});

describe('set-token', () => {
  it('fills the token when the user signs in', async () => {
    const auth = `${head}export const { handlers, auth } = NextAuth({
  providers: [GitHub],
  callbacks: {
    jwt({ token, user: found }) {
      if (found) token.id = found.id;
      return token;
    },
    session({ session, token }) {
      session.user.role = token.role;
      return session;
    },
  },
});
`;
    const fixture = await openFixture(withTypes(auth));
    expectFixed(fixture, RULE, {
      'auth.ts': auth.replace(
        '      if (found)',
        '      if (found) token.role = found.role;\n      if (found)',
      ),
    });
  });
});

describe('declare-field', () => {
  const auth = `${head}export const { handlers, auth } = NextAuth({
  providers: [GitHub],
  callbacks: {
    jwt({ token, user }) {
      if (user) token.role = user.role;
      return token;
    },
    session({ session, token }) {
      session.user.role = token.role;
      return session;
    },
  },
});
`;

  it('refuses where the file exists and declares nothing', async () => {
    const fixture = await openFixture({ 'auth.ts': auth, [none]: '' });
    expect(refusal(fixture, { rule: RULE })).toContain('exists already');
  });

  it('extends a type of its own', async () => {
    const types = `import type { DefaultSession } from 'next-auth';

export type SessionUser = DefaultSession['user'] & { id: string };

declare module 'next-auth' {
  interface Session {
    user: SessionUser;
  }
}
`;
    const fixture = await openFixture({ 'auth.ts': auth, [none]: types });
    expectFixed(fixture, RULE, {
      [none]: types.replace('{ id: string }', "{ id: string; role: 'USER' | 'ADMIN' }"),
    });
  });
});

describe('a new augmentation', () => {
  const bare: Files = {
    'package.json': '{ "name": "bare", "dependencies": { "next": "16.0.0", "next-auth": "5.0.0-beta.30" } }',
    'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
    'prisma/schema.prisma': `model User {
  id       String    @id
  role     String?
  accounts Account[]
  sessions Session[]
}

model Account {
  id     String @id
  userId String
  user   User   @relation(fields: [userId], references: [id])
}

model Session {
  id     String @id
  userId String
  user   User   @relation(fields: [userId], references: [id])
}

datasource db {
  provider = "postgresql"
}
`,
    'src/app/page.tsx': 'export default function Page() {\n  return null;\n}\n',
  };

  it('with the session, the user and the token', async () => {
    const fixture = await openFixture(
      {
        ...bare,
        'src/auth.ts': `import NextAuth from "next-auth"

export const { handlers, auth } = NextAuth({
  providers: [],
})
`,
        'src/lib/read.ts': `import { auth } from "@/auth"

export const readRole = async () => (await auth())?.user?.role
`,
      },
      { base: false },
    );
    expectFixed(fixture, RULE, {
      'src/auth.ts': `import NextAuth from "next-auth"

export const { handlers, auth } = NextAuth({
  providers: [],
  callbacks: {
    jwt({ token, user }) {
      if (user) token.role = user.role
      return token
    },
    session({ session, token }) {
      session.user.role = token.role as typeof session.user.role
      return session
    },
  },
})
`,
      'src/types/next-auth.d.ts': `import type { DefaultSession } from "next-auth"
import type {} from "next-auth/jwt"

declare module "next-auth" {
  interface Session {
    user: { role: string | null } & DefaultSession["user"]
  }
  interface User {
    role?: string | null
  }
}

declare module "next-auth/jwt" {
  interface JWT {
    role?: string | null
  }
}
`,
    });
  });
});
