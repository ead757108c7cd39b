import { describe, expect, it } from 'vitest';
import {
  expectFindings,
  expectFixed,
  expectSilent,
  findings,
  messageId,
  openFixture,
  refusal,
} from '../../../test/kit/check.ts';
import type { Files } from '../../../test/kit/fixture.ts';

const RULE = 'server-only';
const CLIENT = 'components/list.tsx';

const client = (imports: string, use = ''): string =>
  `'use client';\n\n${imports}\n\nexport function List() {\n  ${use}\n  return null;\n}\n`;

const service: Files = {
  'lib/services/post.service.ts': `import { prisma } from '@/lib/db';

export interface PostRow {
  id: string;
}

export const countPosts = () => prisma.post.count();
export const shorten = (text: string) => text.slice(0, 80);
`,
};

async function verdicts(files: Files): Promise<string[]> {
  const fixture = await openFixture(files);
  return findings(fixture, RULE).map(
    (finding) => `${finding.file} ${finding.severity} ${messageId(finding)}`,
  );
}

describe('what reaches the browser', () => {
  it.each([
    ['the database', "import { prisma } from '@/lib/db';", 'prisma.post.count();', {}, 'direct'],
    ['the environment', "import { env } from '@/lib/env';", 'env.AUTH_SECRET;', {}, 'direct'],
    ['the authentication', "import { signIn } from '@/auth';", 'signIn();', {}, 'direct'],
    ['a relative import', "import { prisma } from '../lib/db';", 'prisma;', {}, 'direct'],
    ['an import for its effect', "import '@/lib/db';", '', {}, 'direct'],
    ['a namespace', "import * as db from '@/lib/db';", 'db.prisma;', {}, 'direct'],
    ['import()', '', "void import('@/lib/db');", {}, 'direct'],
    [
      'a value beside types',
      "import { type PostRow, shorten } from '@/lib/services/post.service';",
      "shorten('');",
      service,
      'through',
    ],
    [
      'a harmless function of a service',
      "import { shorten } from '@/lib/services/post.service';",
      "shorten('');",
      service,
      'through',
    ],
    [
      'a barrel',
      "import { shorten } from '@/lib/services';",
      "shorten('');",
      { ...service, 'lib/services/index.ts': "export * from './post.service';\n" },
      'through',
    ],
    [
      'a re-export by name',
      "import { cut } from '@/lib/text';",
      "cut('');",
      { ...service, 'lib/text.ts': "export { shorten as cut } from './services/post.service';\n" },
      'through',
    ],
    [
      'modules that import each other',
      "import { a } from '@/lib/a';",
      'a();',
      {
        'lib/a.ts': "import { b } from './b';\nexport const a = (): number => b();\n",
        'lib/b.ts':
          "import { a } from './a';\nimport { prisma } from './db';\nexport const b = (): number => (prisma ? a() : 0);\n",
      },
      'through',
    ],
    [
      'a module with the mark',
      "import { price } from '@/lib/price';",
      'price();',
      { 'lib/price.ts': "import 'server-only';\n\nexport const price = () => 1;\n" },
      'direct',
    ],
    [
      'Better Auth',
      "import { auth } from '@/lib/auth';",
      'auth;',
      {
        'lib/auth.ts': "import { betterAuth } from 'better-auth';\nexport const auth = betterAuth({});\n",
      },
      'direct',
    ],
    [
      'JSX',
      "import { Badge } from '@/components/badge';",
      'void (<Badge />);',
      {
        'components/badge.tsx':
          "import { prisma } from '@/lib/db';\nexport const Badge = () => <b>{String(prisma)}</b>;\n",
      },
      'through',
    ],
  ])('%s', async (_, imports, use, more: Files, message) => {
    expect(await verdicts({ ...more, [CLIENT]: client(imports, use) })).toEqual([
      `${CLIENT} error ${message}`,
    ]);
  });

  it('is shown with the way', async () => {
    const fixture = await openFixture({
      ...service,
      'lib/text.ts': "import { shorten } from '@/lib/services/post.service';\nexport const cut = shorten;\n",
      [CLIENT]: `'use client';
import { cut } from '@/lib/text';
//                  ^^^^^^^^^^^^ server-only error
export const List = () => <p>{cut('a')}</p>;
`,
    });
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE)[0]?.related?.map(({ file, message }) => `${file}: ${message}`)).toEqual([
      'lib/text.ts: lib/text.ts imports lib/services/post.service.ts',
      'lib/services/post.service.ts: lib/services/post.service.ts imports lib/db.ts',
      'lib/db.ts: This is the database client.',
    ]);
  });

  it('is reported where the directive stands, once', async () => {
    const files = {
      ...service,
      'components/item.tsx': client(
        "import { shorten } from '@/lib/services/post.service';\nimport * as posts from '../lib/services/post.service';",
        "shorten('');\n  posts.shorten('');",
      ),
      [CLIENT]: client("import { List as Item } from './item';", 'Item();'),
    };
    expect(await verdicts(files)).toEqual(['components/item.tsx error through']);
  });
});

describe('what does not', () => {
  it.each([
    ['types', "import type { PostRow } from '@/lib/services/post.service';", '', service],
    ['types by name', "import { type PostRow } from '@/lib/services/post.service';", '', service],
    [
      'types of the router, re-exported',
      "import type { Api } from '@/lib/api';",
      '',
      { ...service, 'lib/api.ts': "export type { PostRow as Api } from './services/post.service';\n" },
    ],
    [
      'types through another module',
      "import { label } from '@/lib/label';",
      'label({ id: 1 });',
      {
        ...service,
        'lib/label.ts':
          "import { PostRow } from '@/lib/services/post.service';\nexport const label = (row: PostRow) => row.id;\n",
      },
    ],
    [
      'a Server Action',
      "import { save } from '@/lib/actions/post.actions';",
      'void save();',
      {
        'lib/actions/post.actions.ts':
          "'use server';\nimport { prisma } from '@/lib/db';\nexport async function save() {\n  await prisma.post.count();\n}\n",
      },
    ],
    [
      "another client component's own imports",
      "import { Item } from './item';",
      'Item();',
      { 'components/item.tsx': "'use client';\nexport const Item = () => null;\n" },
    ],
    ["Auth.js' client", "import { signIn } from 'next-auth/react';", 'void signIn();', {}],
    [
      'the client of Better Auth',
      "import { authClient } from '@/lib/auth-client';",
      'authClient;',
      {
        'lib/auth-client.ts':
          "import { createAuthClient } from 'better-auth/react';\nexport const authClient = createAuthClient();\n",
      },
    ],
    [
      'createEnv, which hides the secrets',
      "import { env } from '@/env';",
      'env.NEXT_PUBLIC_URL;',
      {
        'env.ts':
          "import { createEnv } from '@t3-oss/env-nextjs';\nimport { z } from 'zod';\nexport const env = createEnv({ server: { KEY: z.string() }, client: { NEXT_PUBLIC_URL: z.string() }, experimental__runtimeEnv: { NEXT_PUBLIC_URL: process.env.NEXT_PUBLIC_URL } });\n",
      },
    ],
    [
      'an environment of public variables',
      "import { env } from '@/lib/env.client';",
      'env.NEXT_PUBLIC_URL;',
      {
        'lib/env.client.ts':
          "import { z } from 'zod';\nexport const env = z.object({ NEXT_PUBLIC_URL: z.string() }).parse({ NEXT_PUBLIC_URL: process.env.NEXT_PUBLIC_URL });\n",
      },
    ],
    ['packages', "import { z } from 'zod';", 'z.string();', {}],
    ['a module that is not there', "import { gone } from '@/lib/gone';", 'gone();', {}],
    [
      'enums of the generated client',
      "import { Role } from '@/lib/generated/prisma/enums';",
      'Role.ADMIN;',
      {},
    ],
  ])('%s', async (_, imports, use, more: Files) => {
    expectSilent(await openFixture({ ...more, [CLIENT]: client(imports, use) }), RULE);
  });

  it('server components, tests and data functions of the Pages Router', async () => {
    const imports = "import { prisma } from '@/lib/db';\n";
    expectSilent(
      await openFixture({
        'app/page.tsx': `${imports}export default async function Page() {\n  return <p>{await prisma.post.count()}</p>;\n}\n`,
        'components/list.test.tsx': client(imports, 'prisma;'),
        'pages/old.tsx': `'use client';\n${imports}export async function getServerSideProps() {\n  return { props: { count: await prisma.post.count() } };\n}\nexport default function Old() {\n  return null;\n}\n`,
      }),
      RULE,
    );
  });

  it('not in broken code', async () => {
    expectSilent(await openFixture({ [CLIENT]: "'use client';\nimport { prisma } fro" }), RULE);
  });
});

describe('types that look like values', () => {
  const typed = (imports: string): string =>
    `'use client';\n\n${imports}\n\nexport const List = (props: { row: PostRow }) => <p>{props.row.id}</p>;\n`;

  it.each([
    [
      'a named import',
      "import { PostRow } from '@/lib/services/post.service';",
      "import type { PostRow } from '@/lib/services/post.service';",
    ],
    [
      'one of several',
      'import { type PostRow as Row, PostRow } from "@/lib/services/post.service"',
      'import type { PostRow as Row, PostRow } from "@/lib/services/post.service"',
    ],
    [
      'a namespace',
      "import * as posts from '@/lib/services/post.service';",
      "import type * as posts from '@/lib/services/post.service';",
    ],
    [
      'a default import',
      "import PostRow from '@/lib/services/post.service';",
      "import type PostRow from '@/lib/services/post.service';",
    ],
  ])('%s', async (_, before, after) => {
    const fixture = await openFixture({ ...service, [CLIENT]: typed(before) });
    expect(findings(fixture, RULE).map((finding) => [finding.severity, messageId(finding)])).toEqual([
      ['hint', 'typesOnly'],
    ]);
    expectFixed(fixture, RULE, { [CLIENT]: typed(after) }, { all: true });
  });

  it('refuses what needs two statements', async () => {
    const fixture = await openFixture({
      ...service,
      [CLIENT]: typed("import posts, { PostRow } from '@/lib/services/post.service';"),
    });
    expect(refusal(fixture, { rule: RULE })).toContain('two statements');
  });
});

describe('the mark', () => {
  const withPackage: Files = {
    'package.json':
      '{ "name": "base", "dependencies": { "next": "16.0.0", "@prisma/client": "7.0.0", "server-only": "0.0.1", "zod": "4.1.0" } }',
  };

  it('is missing where the project uses it', async () => {
    const fixture = await openFixture({
      ...withPackage,
      ...service,
      'lib/services/user.service.ts': "import 'server-only';\n\nexport const nobody = null;\n",
    });
    expect(
      findings(fixture, RULE).map((finding) => [finding.file, finding.severity, messageId(finding)]),
    ).toEqual([
      ['lib/db.ts', 'hint', 'unmarked'],
      ['lib/services/post.service.ts', 'hint', 'unmarked'],
    ]);
    expectFixed(
      fixture,
      RULE,
      { 'lib/services/post.service.ts': `import 'server-only';\n${service['lib/services/post.service.ts']}` },
      { nth: 1 },
    );
  });

  it.each([
    ['the package is not used', service],
    [
      'no service has it',
      {
        ...withPackage,
        ...service,
        'lib/db.ts':
          "import 'server-only';\nimport { PrismaClient } from '@/lib/generated/prisma/client';\nexport const prisma = new PrismaClient();\n",
      },
    ],
    [
      'a script uses the database',
      {
        ...withPackage,
        'scripts/count.ts': "import { prisma } from '../lib/db';\nvoid prisma.post.count();\n",
      },
    ],
  ])('is not asked for where %s', async (_, files: Files) => {
    expectSilent(await openFixture(files), RULE);
  });
});
