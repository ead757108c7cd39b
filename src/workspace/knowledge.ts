/**
 * What well-known packages do, by the export that was imported (never by local names): which calls read a session,
 * verify a signature, never return, build actions. Everything the project wrote itself is followed instead.
 */
import type { Abs, Origin } from './abs.ts';

/** Functions that throw and so end the path. */
const NEVER_RETURNS: Record<string, readonly string[]> = {
  'next/navigation': ['redirect', 'permanentRedirect', 'notFound', 'forbidden', 'unauthorized'],
  'next-intl/navigation': ['redirect', 'permanentRedirect'],
};

export function neverReturns(spec: string, path: readonly string[]): boolean {
  if (spec === 'global') return path.join('.') === 'process.exit';
  return NEVER_RETURNS[spec]?.includes(path.join('.')) ?? false;
}

/** Control-flow throwers of Next.js: an error they raise must not be swallowed. */
export function isNavigationThrow(spec: string, path: readonly string[]): boolean {
  return spec === 'next/navigation' && NEVER_RETURNS['next/navigation']?.includes(path.join('.')) === true;
}

export type CallMeaning =
  /** Resolves to a session or null. */
  | { m: 'session'; shape: 'object' | 'clerk' | 'data' | 'pair' | 'bag' }
  /** Throws unless the caller is proved. */
  | { m: 'throwing'; kind: 'session' | 'signature' }
  /** Resolves to `{ success }`: whether the session's holder has the permissions that are asked for. */
  | { m: 'permission' }
  /** Boolean proof. */
  | { m: 'boolean'; kind: 'signature' | 'session' }
  /** Request data that the client controls. */
  | { m: 'origin'; origin: Origin }
  | { m: 'wrapper'; guards: boolean }
  /** Calls the callback that comes last, at once. */
  | { m: 'runs' }
  | { m: 'chain'; lib: string }
  | { m: 'signIn' }
  | { m: 'password' }
  | { m: 'navigation' };

interface Known {
  spec: RegExp;
  /** Member path on the package (or on what one of its factories made). */
  path: RegExp;
  meaning: CallMeaning;
}

const CALLS: readonly Known[] = [
  {
    spec: /^next-auth(\/next)?$/,
    path: /^(getServerSession|unstable_getServerSession)$/,
    meaning: { m: 'session', shape: 'object' },
  },
  { spec: /^next-auth\/jwt$/, path: /^getToken$/, meaning: { m: 'session', shape: 'object' } },
  { spec: /^@clerk\/nextjs(\/server)?$/, path: /^auth$/, meaning: { m: 'session', shape: 'clerk' } },
  { spec: /^@clerk\/nextjs(\/server)?$/, path: /^currentUser$/, meaning: { m: 'session', shape: 'object' } },
  {
    spec: /^@clerk\/nextjs(\/server)?$/,
    path: /^auth\.protect$/,
    meaning: { m: 'throwing', kind: 'session' },
  },
  { spec: /^@auth0\/nextjs-auth0/, path: /^getSession$/, meaning: { m: 'session', shape: 'object' } },
  {
    spec: /^@auth0\/nextjs-auth0/,
    path: /^(withApiAuthRequired|withPageAuthRequired)$/,
    meaning: { m: 'wrapper', guards: true },
  },
  { spec: /^@workos-inc\/authkit-nextjs$/, path: /^withAuth$/, meaning: { m: 'session', shape: 'pair' } },
  { spec: /^iron-session/, path: /^(getIronSession|unsealData)$/, meaning: { m: 'session', shape: 'bag' } },
  {
    spec: /^jose$/,
    path: /^(jwtVerify|jwtDecrypt|compactVerify)$/,
    meaning: { m: 'throwing', kind: 'session' },
  },
  { spec: /^jsonwebtoken$/, path: /^(default\.)?verify$/, meaning: { m: 'throwing', kind: 'session' } },
  {
    spec: /^(node:)?crypto$/,
    path: /^(default\.)?timingSafeEqual$/,
    meaning: { m: 'boolean', kind: 'signature' },
  },
  { spec: /^@octokit\/webhooks/, path: /verify/, meaning: { m: 'boolean', kind: 'signature' } },
  {
    spec: /^@upstash\/qstash/,
    path: /^verifySignature(AppRouter|Edge)?$/,
    meaning: { m: 'wrapper', guards: true },
  },
  {
    spec: /^@sentry\//,
    path: /^(\*\.)?(withServerActionInstrumentation|startSpan|startSpanManual|startNewTrace|withScope|withIsolationScope|withMonitor|continueTrace)$/,
    meaning: { m: 'runs' },
  },
  {
    spec: /^(next-axiom|@sentry\/nextjs|@vercel\/otel)/,
    path: /./,
    meaning: { m: 'wrapper', guards: false },
  },
  { spec: /^react$/, path: /^(default\.)?cache$/, meaning: { m: 'wrapper', guards: false } },
  { spec: /^next\/cache$/, path: /^unstable_cache$/, meaning: { m: 'wrapper', guards: false } },
  { spec: /^next\/headers$/, path: /^headers$/, meaning: { m: 'origin', origin: 'header' } },
  { spec: /^next\/headers$/, path: /^cookies$/, meaning: { m: 'origin', origin: 'cookie' } },
  {
    spec: /^next-safe-action$/,
    path: /^createSafeActionClient$/,
    meaning: { m: 'chain', lib: 'next-safe-action' },
  },
  {
    spec: /^zsa$/,
    path: /^(createServerAction|createServerActionProcedure)$/,
    meaning: { m: 'chain', lib: 'zsa' },
  },
  {
    spec: /^(bcrypt|bcryptjs|argon2|@node-rs\/(bcrypt|argon2)|oslo\/password)$/,
    path: /(^|\.)(hash|hashSync|compare|compareSync|verify)$/,
    meaning: { m: 'password' },
  },
];

/** Calls on what a package's factory made: `betterAuth(…).api.getSession(…)`, `NextAuth(…).auth()`. */
const MADE_CALLS: readonly (Known & { by: RegExp })[] = [
  { spec: /^next-auth$/, by: /^default$/, path: /^auth$/, meaning: { m: 'session', shape: 'object' } },
  { spec: /^next-auth$/, by: /^default$/, path: /^(signIn|signOut)$/, meaning: { m: 'signIn' } },
  {
    spec: /^better-auth/,
    by: /^betterAuth$/,
    path: /^api\.getSession$/,
    meaning: { m: 'session', shape: 'object' },
  },
  {
    spec: /^better-auth/,
    by: /^betterAuth$/,
    path: /^api\.(userHasPermission|hasPermission)$/,
    meaning: { m: 'permission' },
  },
  {
    spec: /^better-auth/,
    by: /^betterAuth$/,
    path: /^api\.(signIn|signUp|signOut|forgetPassword|resetPassword|requestPasswordReset|verifyEmail)/,
    meaning: { m: 'signIn' },
  },
  {
    spec: /^@supabase\//,
    by: /./,
    path: /^auth\.(getUser|getSession|getClaims)$/,
    meaning: { m: 'session', shape: 'data' },
  },
  { spec: /^@supabase\//, by: /./, path: /^auth\.(sign|reset|exchange|verifyOtp)/, meaning: { m: 'signIn' } },
  { spec: /^lucia$/, by: /^Lucia$/, path: /^validateSession$/, meaning: { m: 'session', shape: 'pair' } },
  {
    spec: /^@auth0\/nextjs-auth0/,
    by: /^Auth0Client$/,
    path: /^getSession$/,
    meaning: { m: 'session', shape: 'object' },
  },
  {
    spec: /^@kinde-oss\//,
    by: /^getKindeServerSession$/,
    path: /^(getUser|isAuthenticated)$/,
    meaning: { m: 'session', shape: 'object' },
  },
  {
    spec: /^stripe$/,
    by: /./,
    path: /^(webhooks\.constructEvent(Async)?|parseThinEvent|parseEventNotification)$/,
    meaning: { m: 'throwing', kind: 'signature' },
  },
  { spec: /^svix$/, by: /^Webhook$/, path: /^verify$/, meaning: { m: 'throwing', kind: 'signature' } },
  {
    spec: /^standardwebhooks$/,
    by: /^Webhook$/,
    path: /^verify$/,
    meaning: { m: 'throwing', kind: 'signature' },
  },
  {
    spec: /^@upstash\/qstash/,
    by: /^Receiver$/,
    path: /^verify$/,
    meaning: { m: 'throwing', kind: 'signature' },
  },
  {
    spec: /^@octokit\/webhooks/,
    by: /^Webhooks$/,
    path: /^verify$/,
    meaning: { m: 'boolean', kind: 'signature' },
  },
];

/** What calling a value means, when a well-known package decides it. */
export function meaningOf(callee: Abs): CallMeaning | undefined {
  if (callee.k === 'package') {
    const path = callee.path.join('.');
    if (neverReturns(callee.spec, callee.path)) return { m: 'navigation' };
    return CALLS.find((known) => known.spec.test(callee.spec) && known.path.test(path))?.meaning;
  }
  if (callee.k === 'made') {
    const path = callee.path.join('.');
    return MADE_CALLS.find(
      (known) => known.spec.test(callee.spec) && known.by.test(callee.name) && known.path.test(path),
    )?.meaning;
  }
  return undefined;
}

const READS = new Set([
  'findMany',
  'findFirst',
  'findFirstOrThrow',
  'findUnique',
  'findUniqueOrThrow',
  'count',
  'aggregate',
  'groupBy',
]);
const WRITES = new Set([
  'create',
  'createMany',
  'createManyAndReturn',
  'update',
  'updateMany',
  'updateManyAndReturn',
  'upsert',
  'delete',
  'deleteMany',
]);
const RAW_READS = new Set(['$queryRaw', '$queryRawUnsafe', '$queryRawTyped']);
const RAW_WRITES = new Set(['$executeRaw', '$executeRawUnsafe']);

/** Operations whose name alone says Prisma; `create`, `update`, `delete`, `count` are everybody's. */
const TELLING = new Set([
  'findMany',
  'findFirst',
  'findFirstOrThrow',
  'findUnique',
  'findUniqueOrThrow',
  'createMany',
  'createManyAndReturn',
  'updateMany',
  'updateManyAndReturn',
  'upsert',
  'deleteMany',
  'groupBy',
  'aggregate',
]);

export function operationKind(op: string): 'read' | 'write' | 'raw-read' | 'raw-write' | undefined {
  if (READS.has(op)) return 'read';
  if (WRITES.has(op)) return 'write';
  if (RAW_READS.has(op)) return 'raw-read';
  if (RAW_WRITES.has(op)) return 'raw-write';
  return undefined;
}

export function isTellingOperation(op: string): boolean {
  return TELLING.has(op);
}

/** Names that make an unresolved call possibly a guard: only ever a reason for silence, never a proof. */
export function soundsLikeGuard(name: string): boolean {
  // `createCheckoutSession` is about money, `updateMemberRole` gives one.
  if (
    /checkout|billing|portal|payment/i.test(name) ||
    /^(update|change|set|remove)[A-Z]\w*Roles?$/.test(name)
  )
    return false;
  return /auth|session|guard|protect|require|verify|permission|current_?user|ensure|assert|allow|access|role|admin|token|secret/i.test(
    name,
  );
}
