// A workspace in the shape of a Next.js 16 + Prisma 7 + Auth.js v5 app, of as many files as asked for. The same count
// gives the same bytes: nothing here is random or depends on time. All code is made up.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Raise it when the files change, so that a workspace of an earlier version is made anew. */
const version = 2;

/** Files that import the shared guard: like in real apps this does not grow with the workspace, since larger ones split up. */
const guardCallers = 100;
const maxModels = 120;
const maxMigrations = 60;

/** Files that the measurements open and edit. */
export const targets = {
  /** 300 lines with queries, imported by nobody. */
  small: 'lib/services/reporting.service.ts',
  /** 2,000 lines with queries, imported by nobody. */
  large: 'lib/services/ledger.service.ts',
  /** Imported by `guardCallers` files with entry points. */
  guard: 'lib/auth-guards.ts',
  /** One of them. */
  caller: 'lib/actions/feature0.actions.ts',
  /** A client component. */
  leaf: 'components/feature0/panel0.tsx',
};

/** The line of the guard that stops strangers; without it a hundred files have findings. */
export const guardLine = "  if (!session?.user?.id) redirect('/login');";

/** Numbers in [0, 1), the same for the same seed (mulberry32, public domain). */
function sequence(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const nouns =
  'Invoice Booking Ticket Parcel Course Lesson Recipe Vehicle Contract Campaign Asset Batch Claim Delivery Event Form Grant Holiday Issue Journal Key Label Meeting Note Offer Payment Quote Refund Shift Task'.split(
    ' ',
  );
const columns = 'title status amount note dueAt reference quantity priority colour region'.split(' ');

const modelName = (index) =>
  `${nouns[index % nouns.length]}${index < nouns.length ? '' : Math.floor(index / nouns.length)}`;
const lower = (name) => name.charAt(0).toLowerCase() + name.slice(1);

function schema(models) {
  const out = [
    'generator client {\n  provider = "prisma-client"\n  output   = "../lib/generated/prisma"\n}\n',
    'datasource db {\n  provider = "postgresql"\n}\n',
    'enum Role {\n  MEMBER\n  ADMIN\n}\n',
  ];
  const relations = Array.from(
    { length: models },
    (_, i) => `  ${lower(modelName(i))}s ${modelName(i)}[]`,
  ).join('\n');
  out.push(
    `model User {\n  id    String @id @default(cuid())\n  email String @unique\n  name  String?\n  role  Role   @default(MEMBER)\n${relations}\n}\n`,
  );
  for (let i = 0; i < models; i++)
    out.push(
      `model ${modelName(i)} {\n  id        String   @id @default(cuid())\n  userId    String\n  title     String\n  status    String   @default("open")\n  amount    Int      @default(0)\n  note      String?\n  dueAt     DateTime?\n  reference String   @unique\n  quantity  Int      @default(1)\n  priority  Int      @default(0)\n  colour    String?\n  region    String?\n  createdAt DateTime @default(now())\n  user      User     @relation(fields: [userId], references: [id], onDelete: Cascade)\n\n  @@index([userId, createdAt])\n}\n`,
    );
  return out.join('\n');
}

const createTable = (index) => {
  const name = modelName(index);
  return `-- CreateTable\nCREATE TABLE "${name}" (\n    "id" TEXT NOT NULL,\n    "userId" TEXT NOT NULL,\n    "title" TEXT NOT NULL,\n    "status" TEXT NOT NULL DEFAULT 'open',\n    "amount" INTEGER NOT NULL DEFAULT 0,\n    "reference" TEXT NOT NULL,\n    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,\n\n    CONSTRAINT "${name}_pkey" PRIMARY KEY ("id")\n);\n\n-- CreateIndex\nCREATE UNIQUE INDEX "${name}_reference_key" ON "${name}"("reference");\n\n-- AddForeignKey\nALTER TABLE "${name}" ADD CONSTRAINT "${name}_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;\n`;
};

const guards = (name) => `import 'server-only';
import { forbidden, redirect } from 'next/navigation';
import { auth } from '@/auth';

/** The signed-in user of ${name}; sends everyone else to the sign-in page. */
export async function requireUser() {
  const session = await auth();
${guardLine}
  return session.user;
}

/** The signed-in administrator; answers 403 to every other user. */
export async function requireAdmin() {
  const user = await requireUser();
  if (user.role !== 'ADMIN') forbidden();
  return user;
}
`;

/** Functions with queries, validation and error handling, about 24 lines each. */
function serviceFunction(model, n) {
  const client = lower(model);
  return `/** Page of the ${client} records of a user, newest first (${n}). */
export async function list${model}${n}(userId: string, page: number, search?: string) {
  const where = { userId, ...(search ? { title: { contains: search } } : {}) };
  const [items, total] = await Promise.all([
    prisma.${client}.findMany({
      where,
      select: { id: true, ${columns
        .slice(n % 3, 4 + (n % 5))
        .map((column) => `${column}: true`)
        .join(', ')} },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      skip: (page - 1) * PAGE_SIZE,
      take: PAGE_SIZE,
    }),
    prisma.${client}.count({ where }),
  ]);
  return { items: items.map((item) => ({ ...item, label: formatLabel(item.title, ${n}) })), total };
}

/** Changes one record if it belongs to the user. */
export async function update${model}${n}(userId: string, id: string, data: { title?: string; amount?: number }) {
  return prisma.$transaction(async (tx) => {
    const found = await tx.${client}.findUnique({ where: { id, userId }, select: { id: true, amount: true } });
    if (!found) return null;
    const amount = data.amount === undefined ? found.amount : Math.max(0, data.amount);
    return tx.${client}.update({ where: { id: found.id }, data: { title: data.title, amount } });
  });
}
`;
}

const serviceHead = `import 'server-only';
import { prisma } from '@/lib/db';
import { formatLabel } from '@/lib/utils/format';

const PAGE_SIZE = 50;
`;

function service(model, functions) {
  return `${serviceHead}\n${Array.from({ length: functions }, (_, n) => serviceFunction(model, n)).join('\n')}
/** Only the owner's own. */
export async function remove${model}Of(userId: string, id: string) {
  await prisma.${lower(model)}.delete({ where: { id, userId } });
}
`;
}

/** Like `service`, of at least so many lines. */
function longService(lines) {
  const out = [serviceHead];
  for (let n = 0, length = 7; length < lines; n++) {
    const text = serviceFunction(modelName(n % 6), n);
    out.push(text);
    length += text.split('\n').length;
  }
  return out.join('\n');
}

function actions(model, feature, guard) {
  const client = lower(model);
  return `'use server';

import { revalidatePath } from 'next/cache';
import { requireAdmin, requireUser } from '${guard}';
import { fail, ok, type ActionResult } from '@/lib/action-result';
import { list${model}0, remove${model}Of, update${model}0 } from '@/lib/services/feature${feature}.service';
import { ${client}Schema, idSchema, searchSchema } from '@/lib/validations/feature${feature}';

export async function save${model}(id: unknown, input: unknown): Promise<ActionResult> {
  const key = idSchema.safeParse(id);
  const parsed = ${client}Schema.safeParse(input);
  if (!key.success || !parsed.success) return fail('Invalid ${client}', 'VALIDATION');
  const user = await requireUser();
  try {
    const saved = await update${model}0(user.id, key.data, parsed.data);
    if (!saved) return fail('No such ${client}', 'NOT_FOUND');
  } catch (error) {
    console.error('save${model} failed', error);
    return fail('Could not save', 'INTERNAL');
  }
  revalidatePath('/feature${feature}');
  return ok();
}

export async function remove${model}(input: unknown): Promise<ActionResult> {
  const parsed = idSchema.safeParse(input);
  if (!parsed.success) return fail('Invalid id', 'VALIDATION');
  const admin = await requireAdmin();
  try {
    await remove${model}Of(admin.id, parsed.data);
  } catch (error) {
    console.error('remove${model} failed', error);
    return fail('Could not remove', 'INTERNAL');
  }
  revalidatePath('/feature${feature}');
  return ok();
}

export async function search${model}(input: unknown): Promise<ActionResult<unknown>> {
  const parsed = searchSchema.safeParse(input);
  if (!parsed.success) return fail('Invalid search', 'VALIDATION');
  const user = await requireUser();
  return ok(await list${model}0(user.id, parsed.data.page, parsed.data.text));
}
`;
}

const validation = (model) => `import { z } from 'zod';

export const idSchema = z.cuid();

export const searchSchema = z.object({ text: z.string().max(200), page: z.coerce.number().int().min(1) });

export const ${lower(model)}Schema = z.object({
  title: z.string().trim().min(1).max(120),
  amount: z.coerce.number().int().min(0).max(1_000_000),
  note: z.string().max(2000).optional(),
  dueAt: z.coerce.date().optional(),
  priority: z.enum(['low', 'normal', 'high']).default('normal'),
});

export type ${model}Input = z.infer<typeof ${lower(model)}Schema>;
`;

const route = (model, feature, guard) => `import { NextResponse, type NextRequest } from 'next/server';
import { requireUser } from '${guard}';
import { list${model}0, update${model}0 } from '@/lib/services/feature${feature}.service';
import { ${lower(model)}Schema, idSchema } from '@/lib/validations/feature${feature}';

export async function GET(request: NextRequest) {
  const user = await requireUser();
  const page = Number(request.nextUrl.searchParams.get('page') ?? '1');
  if (!Number.isInteger(page) || page < 1) return NextResponse.json({ error: { message: 'Bad page' } }, { status: 400 });
  return NextResponse.json(await list${model}0(user.id, page));
}

export async function PATCH(request: NextRequest) {
  const user = await requireUser();
  const body = ${lower(model)}Schema.safeParse(await request.json());
  if (!body.success) return NextResponse.json({ error: { message: 'Bad body' } }, { status: 400 });
  const id = idSchema.safeParse(request.nextUrl.searchParams.get('id'));
  if (!id.success) return NextResponse.json({ error: { message: 'Bad id' } }, { status: 400 });
  const saved = await update${model}0(user.id, id.data, body.data);
  return saved ? NextResponse.json(saved) : NextResponse.json({ error: { message: 'Not found' } }, { status: 404 });
}
`;

const page = (model, feature, guard, panels) => `import type { Metadata } from 'next';
${Array.from({ length: panels }, (_, n) => `import { Panel${n} } from '@/components/feature${feature}/panel${n}';`).join('\n')}
import { requireUser } from '${guard}';
import { list${model}0 } from '@/lib/services/feature${feature}.service';
import { toPage } from '@/lib/utils/paging';

export const metadata: Metadata = { title: '${model}' };

export default async function Page({ searchParams }: { searchParams: Promise<{ page?: string; q?: string }> }) {
  const user = await requireUser();
  const { page, q } = await searchParams;
  const { items, total } = await list${model}0(user.id, toPage(page), q);
  return (
    <main className="mx-auto max-w-5xl p-6">
      <h1 className="text-2xl font-semibold">${model}</h1>
      <p>{total} in all</p>
${Array.from({ length: panels }, (_, n) => `      <Panel${n} items={items} userName={user.name ?? ''} />`).join('\n')}
    </main>
  );
}
`;

function panel(model, feature, n, random) {
  const fields = 2 + Math.floor(random() ** 3 * 26);
  const rows = Array.from({ length: fields }, (_, i) => {
    const column = columns[i % columns.length];
    return `        <div className="flex items-center gap-2 border-b py-1" key="${column}${i}">
          <label htmlFor="${column}${i}">${column}</label>
          <input id="${column}${i}" value={draft.${column}${i} ?? ''} onChange={(event) => change('${column}${i}', event.target.value)} />
          {errors.${column}${i} && <span className="text-red-600">{errors.${column}${i}}</span>}
        </div>`;
  });
  return `'use client';

import { useMemo, useState, useTransition } from 'react';
import { Button } from '@/components/ui/button';
import { save${model} } from '@/lib/actions/feature${feature}.actions';
import { cn } from '@/lib/utils/cn';
import { useDebounced } from '@/hooks/use-debounced';

interface Item {
  id: string;
  title?: string;
  amount?: number;
}

export function Panel${n}({ items, userName }: { items: Item[]; userName: string }) {
  const [draft, setDraft] = useState<Record<string, string>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [pending, startTransition] = useTransition();
  const query = useDebounced(draft.title0 ?? '', 200);
  const visible = useMemo(() => items.filter((item) => (item.title ?? '').includes(query)), [items, query]);
  const change = (key: string, value: string) => setDraft((before) => ({ ...before, [key]: value }));
  const submit = (id: string) => {
    startTransition(async () => {
      const result = await save${model}(id, draft);
      if (!result.success) setErrors({ form: result.error?.message ?? 'Something went wrong' });
      else setErrors({});
    });
  };
  return (
    <section className={cn('rounded border p-4', pending && 'opacity-50')}>
      <header>{userName}</header>
      <ul>
        {visible.map((item) => (
          <li key={item.id}>
            {item.title} <Button onClick={() => submit(item.id)}>Save</Button>
          </li>
        ))}
      </ul>
      <form>
${rows.join('\n')}
      </form>
    </section>
  );
}
`;
}

function utility(index, random) {
  const functions = 2 + Math.floor(random() ** 2 * 14);
  const body = Array.from(
    { length: functions },
    (
      _,
      n,
    ) => `export function transform${index}_${n}(values: readonly number[], factor = ${n + 1}): number[] {
  const out: number[] = [];
  for (const value of values) {
    if (value < 0) continue;
    const scaled = value % 2 === 0 ? value * factor : Math.round(value / factor);
    out.push(Math.min(scaled, ${1000 + n}));
  }
  return out.length > 0 ? out : [factor];
}
`,
  );
  return `${index > 0 ? `import { transform${index - 1}_0 } from './transform${index - 1}';\n\nexport const chained${index} = (values: number[]) => transform${index - 1}_0(values, ${index});\n\n` : ''}${body.join('\n')}`;
}

/** The files that every app has once. */
function base(models, features) {
  const files = new Map([
    [
      'package.json',
      `${JSON.stringify({ name: 'bench', private: true, type: 'module', scripts: { dev: 'next dev', build: 'prisma generate && next build', 'db:migrate': 'prisma migrate dev', 'db:deploy': 'prisma migrate deploy' }, dependencies: { '@auth/prisma-adapter': '^2.11.3', '@prisma/adapter-pg': '7.10.0', '@prisma/client': '7.10.0', next: '^16.4.6', 'next-auth': '^5.0.0-beta.32', prisma: '7.10.0', react: '^19.3.1', 'react-dom': '^19.3.1', zod: '^4.6.7' } }, null, 2)}\n`,
    ],
    [
      'tsconfig.json',
      `${JSON.stringify({ compilerOptions: { target: 'ES2023', strict: true, noEmit: true, module: 'esnext', moduleResolution: 'bundler', jsx: 'react-jsx', paths: { '@/*': ['./*'] } }, include: ['**/*.ts', '**/*.tsx'] }, null, 2)}\n`,
    ],
    [
      'next.config.ts',
      "import type { NextConfig } from 'next';\n\nconst config: NextConfig = { experimental: { authInterrupts: true } };\n\nexport default config;\n",
    ],
    [
      'prisma.config.ts',
      "import { defineConfig } from 'prisma/config';\n\nexport default defineConfig({\n  schema: 'prisma/schema.prisma',\n  migrations: { path: 'prisma/migrations' },\n  datasource: { url: process.env.DATABASE_URL },\n});\n",
    ],
    ['.gitignore', 'node_modules/\n.next/\nlib/generated/\n.env\n'],
    ['.env.example', 'DATABASE_URL=postgresql://localhost:5432/bench\nAUTH_SECRET=\n'],
    [
      '.github/workflows/ci.yml',
      'name: CI\non: [push]\njobs:\n  check:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v5\n      - run: npm ci\n      - run: npx prisma migrate deploy\n      - run: npm run build\n',
    ],
    ['prisma/schema.prisma', schema(models)],
    [
      'auth.config.ts',
      "import type { NextAuthConfig } from 'next-auth';\nimport GitHub from 'next-auth/providers/github';\n\nexport const authConfig = {\n  pages: { signIn: '/login' },\n  providers: [GitHub],\n} satisfies NextAuthConfig;\n",
    ],
    [
      'auth.ts',
      "import { PrismaAdapter } from '@auth/prisma-adapter';\nimport NextAuth from 'next-auth';\nimport { authConfig } from '@/auth.config';\nimport { prisma } from '@/lib/db';\n\nexport const { handlers, auth, signIn, signOut } = NextAuth({\n  ...authConfig,\n  adapter: PrismaAdapter(prisma),\n  callbacks: { session: ({ session }) => session },\n});\n",
    ],
    [
      'app/api/auth/[...nextauth]/route.ts',
      "import { handlers } from '@/auth';\n\nexport const { GET, POST } = handlers;\n",
    ],
    [
      'app/layout.tsx',
      'export default function Layout({ children }: { children: React.ReactNode }) {\n  return (\n    <html lang="en">\n      <body>{children}</body>\n    </html>\n  );\n}\n',
    ],
    [
      'lib/env.ts',
      "import { z } from 'zod';\n\nconst schema = z.object({ DATABASE_URL: z.url(), AUTH_SECRET: z.string().min(32) });\n\nexport const env = schema.parse(process.env);\n",
    ],
    [
      'lib/db.ts',
      "import 'server-only';\nimport { PrismaPg } from '@prisma/adapter-pg';\nimport { env } from '@/lib/env';\nimport { PrismaClient } from '@/lib/generated/prisma/client';\n\nconst globalForPrisma = globalThis as unknown as { prisma?: PrismaClient };\n\nexport const prisma =\n  globalForPrisma.prisma ?? new PrismaClient({ adapter: new PrismaPg({ connectionString: env.DATABASE_URL }) });\nif (process.env.NODE_ENV !== 'production') globalForPrisma.prisma = prisma;\n",
    ],
    [targets.guard, guards('the app')],
    [
      'lib/action-result.ts',
      'export type ActionResult<T = undefined> = { success: boolean; data?: T; error?: { message: string; code?: string } };\n\nexport const ok = <T>(data?: T): ActionResult<T> => ({ success: true, data });\n\nexport const fail = (message: string, code?: string): ActionResult<never> => ({ success: false, error: { message, code } });\n',
    ],
    [
      'lib/utils/format.ts',
      'export function formatLabel(title: string, index: number): string {\n  return `${index}. ${title.trim()}`;\n}\n',
    ],
    [
      'lib/utils/paging.ts',
      "export function toPage(value: string | undefined): number {\n  const page = Number(value ?? '1');\n  return Number.isInteger(page) && page > 0 ? page : 1;\n}\n",
    ],
    [
      'lib/utils/cn.ts',
      "export const cn = (...names: (string | false | undefined)[]): string => names.filter(Boolean).join(' ');\n",
    ],
    [
      'components/ui/button.tsx',
      '\'use client\';\n\nexport function Button(props: React.ComponentProps<\'button\'>) {\n  return <button type="button" className="rounded bg-black px-3 py-1 text-white" {...props} />;\n}\n',
    ],
    [
      'hooks/use-debounced.ts',
      "'use client';\n\nimport { useEffect, useState } from 'react';\n\nexport function useDebounced<T>(value: T, ms: number): T {\n  const [debounced, setDebounced] = useState(value);\n  useEffect(() => {\n    const timer = setTimeout(() => setDebounced(value), ms);\n    return () => clearTimeout(timer);\n  }, [value, ms]);\n  return debounced;\n}\n",
    ],
    [targets.small, longService(300)],
    [targets.large, longService(2000)],
  ]);
  for (let i = 0; i < Math.min(models, maxMigrations, Math.ceil(features / 2)); i++)
    files.set(
      `prisma/migrations/${20260101000000 + i * 1_000_000}_add_${lower(modelName(i))}/migration.sql`,
      createTable(i),
    );
  return files;
}

/** Paths and texts of a workspace of exactly so many files (at least 40). @returns {Map<string, string>} */
export function corpus(count) {
  const random = sequence(20260101);
  const features = Math.max(1, Math.floor(count / 14));
  const models = Math.max(6, Math.min(maxModels, features));
  const files = base(models, features);
  let callers = 0;
  for (let feature = 0; feature < features && files.size < count; feature++) {
    const model = modelName(feature % models);
    const area = Math.floor(feature / 25);
    const callsShared = callers < guardCallers;
    const guard = callsShared ? '@/lib/auth-guards' : `@/lib/areas/area${area}/guards`;
    if (!callsShared && !files.has(`lib/areas/area${area}/guards.ts`))
      files.set(`lib/areas/area${area}/guards.ts`, guards(`area ${area}`));
    if (callsShared) callers += 3;
    const panels = 3 + Math.floor(random() * 5);
    files.set(`lib/services/feature${feature}.service.ts`, service(model, 1 + Math.floor(random() ** 2 * 8)));
    files.set(`lib/validations/feature${feature}.ts`, validation(model));
    files.set(`lib/actions/feature${feature}.actions.ts`, actions(model, feature, guard));
    files.set(`app/api/feature${feature}/route.ts`, route(model, feature, guard));
    files.set(`app/(app)/feature${feature}/page.tsx`, page(model, feature, guard, panels));
    for (let n = 0; n < panels; n++)
      files.set(`components/feature${feature}/panel${n}.tsx`, panel(model, feature, n, random));
  }
  for (let index = 0; files.size < count; index++)
    files.set(`lib/transforms/transform${index}.ts`, utility(index % 40, random));
  return new Map([...files].slice(0, count));
}

/**
 * Writes a workspace below a folder, as a git repository with one commit; does nothing when it is there already.
 * @returns {string} its absolute path
 */
export function writeCorpus(folder, count) {
  const root = path.resolve(folder, String(count));
  const stamp = path.join(root, '.git', 'bench-version');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === String(version)) return root;
  rmSync(root, { recursive: true, force: true });
  for (const [file, text] of corpus(count)) {
    const absolute = path.join(root, file);
    mkdirSync(path.dirname(absolute), { recursive: true });
    writeFileSync(absolute, text);
  }
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...args], {
      cwd: root,
      stdio: 'ignore',
    });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'bench', '--no-gpg-sign');
  writeFileSync(stamp, String(version));
  return root;
}
