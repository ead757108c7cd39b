import { expect, test } from 'vitest';
import { next, openWorkspace, page, schema } from './kit.ts';

const client = "import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient();\n";

const cases: { [file: string]: [text: string, role: string] } = {
  'app/page.tsx': [page, 'page'],
  'app/(shop)/templates/page.tsx': [page, 'page'],
  'app/api/test/route.ts': ['export async function GET() { return Response.json(1); }', 'route'],
  'app/examples/actions.ts': ["'use server';\nexport async function save() {}", 'action'],
  'integration/reset.ts': ['export const reset = 1;', 'tooling'],
  'lib/integration/slack.ts': ['export const post = 1;', 'other'],
  'prisma/migration/20260102030405_names/migration.ts': ['export const run = 1;', 'tooling'],
  'tools/login.ts': ['export const login = 1;', 'tooling'],
  'lib/ai/tools/search.ts': ['export const search = 1;', 'other'],
  'app/api/marked/route.ts': ["'use server';\nexport async function GET() {}", 'route'],
  'app/__tests__/page.tsx': [page, 'tooling'],
  'app/error.tsx': [page, 'client'],
  'lib/prisma.ts': [client, 'db'],
  'lib/next-auth.ts': ["import NextAuth from 'next-auth';\nexport const { auth } = NextAuth({});", 'auth'],
  'lib/better.ts': ["import { betterAuth } from 'better-auth';\nexport const auth = betterAuth({});", 'auth'],
  'auth.config.ts': ['export const authConfig = {};', 'auth'],
  'lib/settings.ts': [
    "import { z } from 'zod';\nexport const env = z.object({ DATABASE_URL: z.string() }).parse(process.env);",
    'env',
  ],
  'lib/env.ts': ['export const env = {};', 'env'],
  'proxy.ts': ['export function proxy() {}', 'proxy'],
  'lib/services/post.ts': ['export async function list() {}', 'service'],
  'lib/validations/post.ts': [
    "import { z } from 'zod';\nexport const postSchema = z.object({});",
    'validation',
  ],
  'prisma/seed.ts': [client, 'tooling'],
  'scripts/backfill.ts': [client, 'tooling'],
  'lib/post.test.ts': ['test();', 'tooling'],
  'next.config.ts': ['export default {};', 'tooling'],
  'prisma.config.ts': ['export default {};', 'tooling'],
  'prisma/migrations/1_init/migration.sql': ['SELECT 1;', 'migration'],
};

const workspace = openWorkspace({
  'package.json': next('x'),
  'prisma/schema.prisma': schema(),
  ...Object.fromEntries(Object.entries(cases).map(([file, [text]]) => [file, text])),
});

test.each(Object.entries(cases))('%s', (file, [, role]) => {
  expect(workspace.role(file)).toBe(role);
});

test('client, auth and env modules are found by what they do', () => {
  expect(workspace.withTrait('client')).toEqual(['lib/prisma.ts']);
  expect(workspace.withTrait('auth')).toEqual(['lib/better.ts', 'lib/next-auth.ts']);
  expect(workspace.withTrait('env')).toEqual(['lib/settings.ts']);
});
