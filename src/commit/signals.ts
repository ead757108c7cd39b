/** What the difference of two versions of a function shows of its reason. */
import type { Part } from './model.ts';

export interface Signal {
  type: 'fix' | 'perf';
  /** Where it is not the one that goes with the type. */
  scope?: string;
  /** It protects data or people: whatever else grows, this is the matter. */
  isGuard?: true;
  /** Errors are met that were not: that makes code longer, and adds nothing that people can do. */
  isCare?: true;
  /** Before the names of what changes: `check who calls`. */
  verb: string;
}

interface Pattern extends Signal {
  /** More of it afterwards than before is the sign. */
  more: RegExp;
  /** Less of it is needed as well: one way of doing it takes the place of another. */
  less?: RegExp;
  /** Where more characters come or go than this, it is not the matter. */
  most?: number;
  /** Parts of which this holds make another matter of it. */
  isOther?: (part: Part) => boolean;
}

const texts = /(['"`])((?:\\.|(?!\1).)*)\1/g;

const logs = /\b(?:console|\w*[lL]og(?:ger)?)\.(log|debug|info|trace|dir|table|warn|error)\(/g;

const limits = /\btake\b ?[:,]|\blimit (?:\d|\$)/gi;

/** The first that fits speaks: what protects comes before what speeds up, and that before what is added. */
const patterns: readonly Pattern[] = [
  {
    type: 'fix',
    verb: 'check who calls',
    isGuard: true,
    isOther: (part) => isAuthentication(part) || signsIn(part) || knowsCaller(part),
    more: /\b(auth|getServerSession|getSession|currentUser|requireUser|requireAuth|requireAdmin|getToken|verifySession|validateSession|checkSession)\(|(?<=[!=]== |\(!?|: )session\?*\.user\b|[Uu]nauthorized|\bUNAUTHORIZED\b|\bFORBIDDEN\b|\b40[13]\b/g,
  },
  {
    type: 'fix',
    verb: 'verify the signature of',
    isGuard: true,
    more: /timingSafeEqual|constructEvent|createHmac|verifySignature|\bverify\w*(?:Webhook|Signature|Delivery|Payload)\w*\(|\.verifyAndReceive\(|(?<!totp\w*|otp\w*|authenticator)\.verify\(/gi,
  },
  {
    type: 'fix',
    verb: 'validate the input of',
    isGuard: true,
    more: /\.(safeParse|parse|parseAsync|safeParseAsync)\((?!JSON)/g,
  },
  // What is wrapped was there: where much is new, that it is done together is not the matter.
  { type: 'fix', verb: 'keep the writes together in', isGuard: true, more: /\$transaction\(/g, most: 1200 },
  {
    type: 'fix',
    verb: 'look rows up by their keys in',
    more: /\.findUnique(OrThrow)?\(/g,
    less: /\.findFirst(OrThrow)?\(/g,
  },
  { type: 'perf', verb: 'run the queries at once in', more: /Promise\.all\(/g, less: /\bawait\b/g },
  {
    type: 'perf',
    verb: 'write the rows in one query in',
    more: /\b(createMany|createManyAndReturn|updateMany)\(/g,
    less: /\b(for|forEach|map)\b/g,
  },
  {
    type: 'perf',
    verb: 'cache the reads of',
    more: /\b(unstable_cache|cacheTag|cacheLife)\(|(?<![\w.])cache\((?=async|\()|['"]use cache['"]/g,
  },
  {
    type: 'perf',
    scope: 'api',
    verb: 'cache the answers of',
    more: /['"](?:[\w-]+-)?cache-control['"]: (?!['"]no-)|\bdynamic: ['"](force-static|error)['"]|\brevalidate: (?:[1-9]\d*|false|60 ?\*)/gi,
  },
  {
    type: 'fix',
    verb: 'answer each request anew in',
    more: /\bdynamic: ['"]force-dynamic['"]|\brevalidate: 0\b|\bfetchCache: ['"]force-no-store['"]/g,
  },
  { type: 'perf', verb: 'limit the rows of', more: limits, most: 160 },
  { type: 'perf', verb: 'read fewer columns in', more: /\bselect:/g, less: /\binclude:/g },
  {
    type: 'fix',
    verb: 'log the errors of',
    isCare: true,
    more: /\b(logger|log|console)\.(error|warn)\(|captureException\(/g,
  },
  { type: 'fix', verb: 'handle the errors of', isCare: true, more: /\bcatch\b/g },
  { type: 'fix', verb: 'revalidate after', more: /\brevalidate(Path|Tag)\(|\bupdateTag\(/g },
  {
    type: 'fix',
    verb: 'guard against missing values in',
    most: 200,
    more: /if \(!(?!(?:is|has|can|should)[A-Z])[\w.?]+\)|=== null|== null|=== undefined/g,
  },
];

/** Where Auth.js is set up, sessions are made and not asked for. */
export const isAuthentication = ({ kind, file }: Part): boolean =>
  kind === 'auth' || /\[\.{3}\w*auth\w*\]/i.test(file);

/** A session that is asked for already is used once more. */
const knowsCaller = (part: Part): boolean =>
  /\bsession\b/.test(part.before) &&
  !grows(
    [part],
    /\b(auth|get(Server)?Session|currentUser|require\w+|getToken|\w+Session)\(|[Uu]nauthorized|UNAUTHORIZED|FORBIDDEN|\b40[13]\b/g,
  );

/** Whether a part begins sessions that it did not begin before. */
export const signsIn = ({ before, after }: Part): boolean =>
  grows(
    [{ before, after }],
    /\b(signIn|createSession|setSession)\(|\bsession\.save\(|\bsession\??(\.\w+)+ = (?!=)/g,
  );

const callers = /\b(auth|get(Server)?Session|currentUser|require(User|Auth|Admin|Session)|verifySession)\(/g;

/** Whether a part asked who calls, and asks no more. */
export const stopsAsking = ({ before, after }: Part): boolean =>
  count(before, callers) > 0 &&
  count(after, callers) === 0 &&
  !/\bsession\b|[uU]ser\b|\bctx\b|[aA]uth/.test(after);

/** Whether a part reads all rows of which it read so many at most. */
export const stopsLimiting = ({ before, after }: Part): boolean =>
  count(before, limits) > 0 && count(after, limits) === 0;

const refusals =
  /\bthrow\b|\bstatus(?:\(|: )4\d\d|\b\w*(?:forbidden|badRequest|notFound|notAllowed|unauthorized|notAuthenticated)\w*\(/gi;

/** Whether a part sends callers away in fewer cases than before, and does nothing else that it did not do. */
export const refusesLess = (part: Part): boolean =>
  count(part.before, refusals) > count(part.after, refusals) && onlyLoses(part);

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

type Versions = Pick<Part, 'before' | 'after'>;

const grows = (parts: readonly Versions[], pattern: RegExp): boolean =>
  parts.some(({ before, after }) => count(after, pattern) > count(before, pattern));
const shrinks = (parts: readonly Part[], pattern: RegExp): boolean =>
  parts.some(({ before, after }) => count(after, pattern) < count(before, pattern));

/** As much of it goes from some parts as comes in others. */
function isMoved(parts: readonly Part[], pattern: RegExp): boolean {
  const total = (side: 'before' | 'after') =>
    parts.reduce((sum, part) => sum + count(part[side], pattern), 0);
  return shrinks(parts, pattern) && total('after') <= total('before');
}

/** Checks that some parts lose and others gain: where they are now. */
export function movedChecks(parts: readonly Part[]): Part[] {
  const found = patterns.find(({ isGuard, more }) => isGuard && grows(parts, more) && isMoved(parts, more));
  return found ? parts.filter((part) => grows([part], found.more)) : [];
}

const providers =
  /\bProviders?\.(\w+)\(|\b([A-Z]\w*?)Provider\(|\b(Apple|Auth0|AzureAd|Credentials|Discord|Facebook|GitHub|Google|Keycloak|LinkedIn|MicrosoftEntraID|Nodemailer|Okta|Resend|Slack|Spotify|Twitch|Twitter)\(/g;

/** Ways to sign in that a part has now and had not before. */
export function newProviders({ before, after }: Versions): string[] {
  const of = (code: string) =>
    [...code.matchAll(providers)].flatMap(([, member, prefixed, named]) => member ?? prefixed ?? named ?? []);
  const old = new Set(of(before));
  return [...new Set(of(after))].filter((name) => !old.has(name));
}

/** @param parts those that change; of added and removed ones there is nothing to compare */
export function signalOf(
  all: readonly Part[],
): { signal: Signal; parts: Part[]; isReplacement: boolean } | undefined {
  for (const { more, less, most, isOther, ...signal } of patterns) {
    const parts = isOther ? all.filter((part) => !isOther(part)) : all;
    if (!grows(parts, more) || (less && !shrinks(parts, less)) || isMoved(parts, more)) continue;
    const own = parts.filter((part) => grows([part], more));
    // What one of many shows is not the matter of all.
    if (all.length >= 5 && own.length * 4 < all.length) continue;
    if (most !== undefined && own.every(({ before, after }) => after.length - before.length > most)) continue;
    return { signal, parts: own, isReplacement: less !== undefined };
  }
  return undefined;
}

/** A function up to its body, with the types of its parameters. */
const header = /^(?:export )?(?:default )?(?:async )?(?:function \w*)?\(([^()]*)\)/;

const properties = /(?<![?\w.] ?)\b([a-z]\w*)\b(?=['"]?: )/g;

/** Names of properties that are new in the code of a part, in the order in which they come: `where`, `teamId`. */
export function newProperties({ before, after }: Part): string[] {
  const of = (code: string) =>
    // `const { name: title } = body` gives a name and sets nothing.
    [
      ...cutCalls(code, logs)
        .replace(header, '')
        .replace(/\{[^{}]*\} =(?![=>])/g, '')
        .matchAll(properties),
    ].map(([name]) => name);
  // `{ slug }` sets it as `{ slug: slug }` does.
  const shorthand = before.match(/(?<=[{,] ?)[a-z]\w*(?= ?[,}])/g) ?? [];
  const old = new Set([...of(before), ...shorthand]);
  return [...new Set(of(after))].filter(
    // `userId_teamId` is how Prisma calls a key of two fields.
    (name) => name.length > 2 && !name.includes('_') && !old.has(name) && !ordinary.has(name),
  );
}

const ordinary = new Set(
  'where not NOT in OR AND is has some none every gt gte lt lte equals contains to from select include data orderBy take skip status error message success headers id type name code body method default true false async await res req key keys val value values label item result results row rows count total err stack cause details level info warn create createMany connect connectOrCreate disconnect upsert update updateMany delete deleteMany set increment decrement'.split(
    ' ',
  ),
);

/** Code without the contents of its texts, and without what only a formatter cares for. */
export const withoutTexts = (code: string): string => code.replace(/(['"`])(?:\\.|(?!\1).)*\1/g, "''");
/** Braces of blocks come and go with a formatter's mind, those of objects are part of a value. */
export const withoutForm = (code: string): string =>
  code
    .replace(texts, (text) => text.slice(1, -1).replace(/[^\w]/g, (sign) => `_${sign.charCodeAt(0)}_`))
    .replace(/(?<=[(,:=[?&|]\s*|\breturn\s+)\{/g, '#')
    .replace(/[{}();,'"`\s]/g, '');

/** Calls, each from its name to its closing bracket. @param starts matches up to the opening bracket */
function callsOf(code: string, starts: RegExp): { start: number; end: number }[] {
  // Brackets inside of texts close nothing.
  const plain = code.replace(/(['"`])(?:\\.|(?!\1).)*\1/g, (text) => '_'.repeat(text.length));
  return [...plain.matchAll(starts)].flatMap(({ index, 0: call }) => {
    let depth = 1;
    let end = index + call.length;
    for (; end < plain.length && depth > 0; end++) depth += bracket[plain.charAt(end)] ?? 0;
    return depth === 0 ? [{ start: index, end }] : [];
  });
}

const bracket: { readonly [sign: string]: number } = { '(': 1, ')': -1 };

/** Code in which `const { key } = options;` is written as `const key = options.key;`. */
export const withoutDestructuring = (code: string): string =>
  code.replace(/\bconst \{ ?(\w+),? ?\} ?= ?([\w.]+)(?=[;\s])/g, 'const $1 = $2.$1').replace(/\s+/g, '');

/** Code without what it writes to logs. */
export const withoutLogs = (code: string): string => withoutCalls(code, logs);

/** Code without what it says of pages and data that are kept. */
export const withoutRevalidation = (code: string): string =>
  withoutCalls(code, /\b(?:revalidatePath|revalidateTag|updateTag|expirePath|expireTag)\(/g);

const withoutCalls = (code: string, starts: RegExp): string =>
  cutCalls(code, starts)
    .replace(/(?<=[;{}] ?)\s*;/g, '')
    .replace(/\s+/g, '');

function cutCalls(code: string, starts: RegExp): string {
  let out = '';
  let at = 0;
  for (const { start, end } of callsOf(code, starts)) {
    if (start < at) continue;
    out += code.slice(at, start);
    at = end;
  }
  return out + code.slice(at);
}

/** How many more calls write to logs than before. */
export const moreLogs = ({ before, after }: Part): number =>
  callsOf(after, logs).length - callsOf(before, logs).length;

/** Whether a function did next to nothing until now. */
export const isStub = ({ before, after, isValue }: Part): boolean =>
  !isValue &&
  before !== '' &&
  !/\bawait\b/.test(before) &&
  /\bawait\b/.test(after) &&
  after.length > before.length * 1.6;

/** Whether all texts that a part has now and had not before are for people: words with blanks between them, and no SQL. */
export function hasOnlyWords({ before, after }: Part): boolean {
  // Names of classes are words for nobody.
  const plain = (code: string) =>
    code.replace(/\b(class|className|style|tw)=(['"`])(?:\\.|(?!\2).)*\2/g, '$1=~');
  if (plain(before) === plain(after)) return false;
  const of = (code: string) => [...code.matchAll(texts)].map(([, , text = '']) => text);
  const old = new Set(of(before));
  return of(after).every(
    (text) =>
      old.has(text) ||
      (/\S \S/.test(text) && !/\b(select|from|where|limit|order by|join|update)\b/i.test(text)),
  );
}

const variables = /\bprocess\.env(?:\.|\[['"])([A-Z]\w*)|\benv\.([A-Z][A-Z\d_]+)/g;

/** Variables of the environment that a part reads now and did not read before. */
export function newVariables({ before, after }: Part): string[] {
  const of = (code: string) =>
    [...code.matchAll(variables)].flatMap(([, first, second]) => first ?? second ?? []);
  const old = new Set(of(before));
  // Everything runs in some environment: what it is says nothing of what is configured.
  return [...new Set(of(after))].filter((name) => !old.has(name) && name !== 'NODE_ENV');
}

/** Parameters that a function takes now and did not take before. */
export function newParameters({ before, after }: Part): string[] {
  const of = (code: string) => header.exec(code)?.[1] ?? '';
  const names = (code: string) =>
    [...of(code).matchAll(/(?:^|[,{] ?)(\w+)\??(?=[:,} =]|$)/g)].map(([, name = '']) => name);
  const old = names(before);
  const now = names(after);
  // `invoice` in the place of `invoiceId`: what it can be asked for is the same.
  const isReplaced = (name: string): boolean =>
    old.some((other) => !now.includes(other) && (other.startsWith(name) || name.startsWith(other)));
  return now.filter(
    (name) =>
      !old.includes(name) && !ordinary.has(name) && !isReplaced(name) && !/^(debug|verbose|log)/i.test(name),
  );
}

/** Properties of Zod schemas inside a part that are new. */
export function newInputs({ before, after }: Part): string[] {
  const of = (code: string) => [...code.matchAll(/\b(\w+): z\./g)].map(([, name = '']) => name);
  const old = new Set(of(before));
  return [...new Set(of(after))].filter((name) => !old.has(name));
}

/** Whether two functions are one under two names: their code is the same but for the name, or nearly so. */
export function isRenamed(before: Part, after: Part): boolean {
  const [a, b] = [before.before.replaceAll(before.name, ' '), after.after.replaceAll(after.name, ' ')];
  if (a === b) return true;
  const [old, now] = [a.match(words) ?? [], b.match(words) ?? []];
  const known = new Set(old);
  const shared = now.filter((word) => known.has(word)).length;
  const isAlike = shared > 0.8 * now.length && now.length > 0.5 * old.length && now.length < 1.5 * old.length;
  // `adminUpdateHotel` and `updateHotel`.
  const [long, short] = [before.name, after.name].toSorted((x, y) => y.length - x.length);
  return isAlike && now.length > 10 && (long ?? '').toLowerCase().includes((short ?? '').toLowerCase());
}

const words = /[A-Za-z_$][\w$]*/g;

/** Whether a part only loses: every word that it has now, it had before. */
export function onlyLoses({ before, after }: Part): boolean {
  const old = new Set(before.match(words));
  return after.length < before.length && (after.match(words) ?? []).every((word) => old.has(word));
}

const calls = /(?<![.\w] ?)\b([a-z]\w+)\(/g;
const keywords = new Set([
  'if',
  'for',
  'while',
  'switch',
  'catch',
  'return',
  'function',
  'await',
  'async',
  'super',
  'typeof',
  'require',
  'import',
]);

/** Functions that a part calls now and did not call before. */
export function newCalls({ before, after }: Part): string[] {
  const of = (code: string) => [...code.matchAll(calls)].map(([, name = '']) => name);
  const old = new Set(of(before));
  return [...new Set(of(after))].filter((name) => !old.has(name) && !keywords.has(name));
}
