/** A suggestion in the words that a project's rules allow. */
import type { CommitRules } from './commitlint.ts';
import { defaultLimits, suggestMessage, type Limits, type Suggestion } from './suggest.ts';
import type { Touched } from './model.ts';

/** What stands for a type of ours where a project has not got it, the nearest first. */
const substitutes: { readonly [type: string]: readonly string[] } = {
  db: ['feat', 'chore', 'build'],
  perf: ['fix', 'refactor', 'chore'],
  refactor: ['chore', 'fix'],
  style: ['refactor', 'chore'],
  docs: ['chore'],
  test: ['chore'],
  ci: ['build', 'chore'],
  chore: ['build', 'refactor'],
};

function names(rules: CommitRules, rule: string): string[] | undefined {
  const found = rules.rules.get(rule);
  return found?.when === 'always' && Array.isArray(found.value) && found.value.length > 0
    ? found.value.map(String)
    : undefined;
}

function limitsOf({ rules }: CommitRules): Limits {
  const limit = (rule: string, otherwise: number): number => {
    const value = rules.get(rule)?.value;
    return typeof value === 'number' && value > 20 ? Math.min(value, otherwise) : otherwise;
  };
  return {
    header: limit('header-max-length', defaultLimits.header),
    line: limit('body-max-line-length', defaultLimits.line),
  };
}

/** The message for a commit, by the project's types, scopes, lengths and case; `undefined` when nothing changes. */
export function suggestFitted(touched: Touched, rules: CommitRules): Suggestion | undefined {
  const limits = limitsOf(rules);
  const suggestion = suggestMessage(touched, limits);
  if (!suggestion) return undefined;
  const types = names(rules, 'type-enum');
  const scopes = names(rules, 'scope-enum');
  let { type, scope, subject } = suggestion;
  if (types && !types.includes(type)) {
    scope ??= type;
    type = substitutes[type]?.find((one) => types.includes(one)) ?? types[0] ?? type;
  }
  const empty = rules.rules.get('scope-empty');
  if ((scopes && scope !== undefined && !scopes.includes(scope)) || empty?.when === 'always')
    scope = undefined;
  if (scope === undefined && empty?.when === 'never') scope = scopes?.[0];
  const wanted = rules.rules.get('subject-case');
  if (wanted?.when === 'always' && [wanted.value].flat().includes('sentence-case'))
    subject = subject.charAt(0).toUpperCase() + subject.slice(1);
  // Another type or scope may need more room than the subject was made for.
  const over = `${type}${scope === undefined ? '' : `(${scope})`}!: ${subject}`.length - limits.header;
  return {
    ...suggestion,
    type,
    scope,
    subject: over > 0 ? subject.slice(0, -over).replace(/\s+\S*$/, '') : subject,
  };
}
