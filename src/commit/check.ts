/** What is wrong with a commit message: its form, by the project's rules, and whether it says what the commit does. */
import { didYouMean } from '../config/distance.ts';
import { isBackend } from './backendParts.ts';
import { ownRules, type CommitRules, type LintRule } from './commitlint.ts';
import { parseMessage, type Message } from './message.ts';
import type { PartKind, Touched } from './model.ts';

export interface MessageIssue {
  severity: 'error' | 'warning';
  message: string;
  /** 0-based, in the text that was checked. */
  line: number;
  /** UTF-16 columns, 0-based, end exclusive. */
  start: number;
  end: number;
}

/**
 * @param text the message as a hook gets it
 * @param touched what the commit holds; `undefined` when that is not known: then only the form is checked
 */
export function checkMessage(
  text: string,
  touched: Touched | undefined,
  rules: CommitRules = ownRules,
): MessageIssue[] {
  const message = parseMessage(text);
  if (message.isExempt) return [];
  if (message.header === '') return [issue(message, 'error', 'The message is empty.')];
  return [...formIssues(message, rules), ...(touched ? contentIssues(message, touched) : [])];
}

const issue = (
  message: Message,
  severity: MessageIssue['severity'],
  text: string,
  part?: string,
): MessageIssue => {
  const at = part === undefined || part === '' ? -1 : message.header.indexOf(part);
  return {
    severity,
    message: text,
    line: message.line,
    start: Math.max(0, at),
    end: at < 0 ? message.header.length : at + (part ?? '').length,
  };
};

// --- form ---

function formIssues(message: Message, { rules }: CommitRules): MessageIssue[] {
  const { type, header } = message;
  if (type === undefined) {
    const form = rules.has('type-empty') || rules.has('type-enum');
    return form
      ? [
          issue(
            message,
            'error',
            'The header is not conventional: it needs a form such as `fix(backend): check the session in deletePost`.',
          ),
        ]
      : lengthIssues(message, rules);
  }
  const out: MessageIssue[] = [];
  const broken = (name: string, say: (rule: LintRule) => string | undefined, part?: string): void => {
    const rule = rules.get(name);
    const text = rule && say(rule);
    if (rule && text !== undefined) out.push(issue(message, rule.level, text, part));
  };
  broken('type-enum', ({ value, when }) => among('type', type, value, when), type);
  broken('type-case', ({ value, when }) => cased('type', type, value, when), type);
  const { scope = '', subject = '' } = message;
  broken(
    'scope-enum',
    ({ value, when }) => (scope === '' ? undefined : among('scope', scope, value, when)),
    scope,
  );
  broken(
    'scope-case',
    ({ value, when }) => (scope === '' ? undefined : cased('scope', scope, value, when)),
    scope,
  );
  broken('scope-empty', ({ when }) => {
    if (when === 'never') return scope === '' ? 'A scope is missing: `type(scope): subject`.' : undefined;
    return scope === '' ? undefined : 'No scope is wanted here.';
  });
  broken('subject-empty', ({ when }) =>
    when === 'never' && subject === '' ? 'The subject is missing behind the colon.' : undefined,
  );
  broken(
    'subject-case',
    ({ value, when }) => (subject === '' ? undefined : cased('subject', subject, value, when)),
    subject,
  );
  broken(
    'subject-full-stop',
    ({ value, when }) =>
      when === 'never' && typeof value === 'string' && subject.endsWith(value)
        ? `The subject ends with "${value}".`
        : undefined,
    subject,
  );
  broken('subject-max-length', ({ value }) => tooLong('subject', subject.length, value), subject);
  broken('header-min-length', ({ value }) =>
    typeof value === 'number' && header.length < value
      ? `The header has fewer than ${value} characters.`
      : undefined,
  );
  return [...out, ...lengthIssues(message, rules)];
}

function lengthIssues(message: Message, rules: CommitRules['rules']): MessageIssue[] {
  const out: MessageIssue[] = [];
  const { header, rest } = message;
  const limit = rules.get('header-max-length');
  const long = limit && tooLong('header', header.length, limit.value);
  if (limit && long !== undefined) out.push(issue(message, limit.level, long));
  const blank = rules.get('body-leading-blank');
  const [first] = rest;
  if (blank && first && first.text.trim() !== '')
    out.push({
      severity: blank.level,
      message: 'An empty line belongs between header and body.',
      line: first.line,
      start: 0,
      end: first.text.length,
    });
  const width = rules.get('body-max-line-length');
  for (const { text, line } of rest) {
    // An address cannot be broken.
    if (
      !width ||
      typeof width.value !== 'number' ||
      text.length <= width.value ||
      /^\S*https?:\/\/\S+$/.test(text.trim())
    )
      continue;
    out.push({
      severity: width.level,
      message: `The line has more than ${width.value} characters.`,
      line,
      start: width.value,
      end: text.length,
    });
  }
  return out;
}

const tooLong = (what: string, length: number, limit: unknown): string | undefined =>
  typeof limit === 'number' && length > limit
    ? `The ${what} has ${length} characters, more than ${limit}.`
    : undefined;

function among(what: string, given: string, allowed: unknown, when: LintRule['when']): string | undefined {
  if (!Array.isArray(allowed) || allowed.length === 0) return undefined;
  const names = allowed.map(String);
  const isAmong = given.split(/[/\\,] ?/).every((one) => names.includes(one));
  if (isAmong === (when === 'always')) return undefined;
  return when === 'always'
    ? `Unknown ${what} "${given}".${didYouMean(given, names)} Use one of ${names.join(', ')}.`
    : `The ${what} "${given}" is not to be used.`;
}

const cases: { readonly [name: string]: (text: string) => boolean } = {
  'lower-case': (text) => text === text.toLowerCase(),
  lowercase: (text) => text === text.toLowerCase(),
  'upper-case': (text) => text === text.toUpperCase(),
  uppercase: (text) => text === text.toUpperCase(),
  'sentence-case': (text) => /^\p{Lu}/u.test(text) && text.slice(1) === text.slice(1).toLowerCase(),
  sentencecase: (text) => /^\p{Lu}/u.test(text) && text.slice(1) === text.slice(1).toLowerCase(),
  'start-case': (text) => text.split(' ').every((word) => /^\p{Lu}/u.test(word)),
  'pascal-case': (text) => /^\p{Lu}[\p{L}\d]*$/u.test(text),
  'camel-case': (text) => /^\p{Ll}[\p{L}\d]*$/u.test(text),
  'kebab-case': (text) => /^[\p{Ll}\d]+(-[\p{Ll}\d]+)*$/u.test(text),
  'snake-case': (text) => /^[\p{Ll}\d]+(_[\p{Ll}\d]+)*$/u.test(text),
};

function cased(what: string, given: string, wanted: unknown, when: LintRule['when']): string | undefined {
  const names = (Array.isArray(wanted) ? wanted : [wanted])
    .map(String)
    .filter((name) => Object.hasOwn(cases, name));
  if (names.length === 0) return undefined;
  const fits = names.some((name) => cases[name]?.(given));
  if (fits === (when === 'always')) return undefined;
  return `The ${what} ${when === 'always' ? 'must' : 'must not'} be in ${names.join(' or ')}.`;
}

// --- content ---

/** Types that say that nothing of what runs changes. */
const quiet = new Set(['docs', 'test', 'style', 'ci']);

function contentIssues(message: Message, touched: Touched): MessageIssue[] {
  const { type, scope, breaking } = message;
  if (type === undefined) return [];
  const out: MessageIssue[] = [];
  const say = (severity: MessageIssue['severity'], text: string, part?: string) =>
    out.push(issue(message, severity, text, part));
  const { lost, schema, migrations, edited, parts } = touched;
  if (lost.length > 0 && !breaking)
    say(
      'error',
      `CRITICAL: this commit destroys ${lost.slice(0, 3).join('; ')}${lost.length > 3 ? ` and ${lost.length - 3} more` : ''}. Mark it: \`${type}${scope === undefined ? '' : `(${scope})`}!:\`, and say in a line \`BREAKING CHANGE: …\` what is lost.`,
      type,
    );
  const isDatabase = schema.length + migrations.length + edited.length > 0;
  const has = (...kinds: PartKind[]) => parts.some(({ kind }) => kinds.includes(kind));
  const backend = parts.some(isBackend);
  const isEmpty = parts.length === 0 && !isDatabase;
  if (isEmpty) return out;
  if (type === 'db' && !isDatabase && !has('seed', 'db'))
    say(
      'warning',
      'Nothing of the database is in this commit: neither the schema nor a migration changes.',
      type,
    );
  else if (isDatabase && !backend && type !== 'db' && scope !== 'db')
    say(
      'warning',
      'The schema or its migrations change, and nothing else of the backend: `db:` says so.',
      type,
    );
  else if (quiet.has(type) && (isDatabase || (backend && type !== 'style')))
    say(
      'warning',
      `\`${type}\` says that nothing of the backend changes, and it does: ${parts.find(isBackend)?.name ?? 'the schema'}.`,
      type,
    );
  if (scope === 'actions' && !has('action'))
    say('warning', 'No Server Action changes in this commit.', scope);
  if (scope === 'api' && !has('route'))
    say('warning', 'No route handler or procedure changes in this commit.', scope);
  return out;
}
