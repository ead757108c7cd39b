/** Learns the habits of one application: tokens of its files, and what its helpers turn out to do. */
import type { FileId } from '../base/path.ts';
import type { TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';
import {
  isFailureLike,
  isResultLike,
  loggerOf,
  majority,
  majorityFolder,
  resultOf,
  symbolsOf,
} from '../project/conventions.ts';
import type {
  GuardHelper,
  ProjectConventions,
  ProjectGuards,
  ProjectSymbol,
  ResultStyle,
  StyledFile,
} from '../project/conventions.ts';
import { errorKeys, keysOf } from '../project/style.ts';
import type { StyleToken } from '../project/style.ts';
import { awaited } from './abs.ts';
import type { Abs } from './abs.ts';
import { middlewareGuard } from './entries.ts';
import { functionKey } from './summary.ts';
import type { Summary } from './summary.ts';
import type { Workspace } from './workspace.ts';

/** At most so many candidates are looked into, most used first. */
const MAX_CANDIDATES = 40;

/**
 * The conventions of the files of one application (all files of the workspace without one).
 * @param styled files with their tokens, tooling left out
 */
export function learnConventions(workspace: Workspace, styled: readonly StyledFile[]): ProjectConventions {
  const filesWith = (t: StyleToken['t']): FileId[] =>
    styled.filter(({ tokens }) => tokens.some((token) => token.t === t)).map(({ file }) => file);
  const all = <T extends StyleToken['t']>(t: T): Extract<StyleToken, { t: T }>[] =>
    styled.flatMap(({ tokens }) =>
      tokens.filter((token): token is Extract<StyleToken, { t: T }> => token.t === t),
    );
  const queryFiles = filesWith('queries').filter(
    (file) => workspace.role(file) === 'service' || workspace.role(file) === 'other',
  );
  const schemas = filesWith('schemas').filter((file) =>
    ['action', 'route', 'page', 'service', 'validation'].includes(workspace.role(file)),
  );
  const validations = filesWith('schemas').filter((file) => workspace.baseRole(file) === 'validation');
  return {
    actions: majorityFolder(filesWith('actions').filter((file) => workspace.role(file) === 'action')),
    services:
      majorityFolder(queryFiles.filter((file) => workspace.role(file) === 'service')) ??
      majorityFolder(queryFiles),
    validations: majorityFolder(filesWith('schemas').filter((file) => workspace.role(file) === 'validation')),
    sharesValidations: validations.length > 0 && validations.length >= schemas.length - validations.length,
    result: resultStyle(workspace, styled),
    logger: loggerOf(styled),
    alias: majority(all('alias'), ({ prefix }) => prefix)?.prefix,
  };
}

/** The session helper and the guards of one application; files as for `learnConventions`. */
export function learnGuards(workspace: Workspace, styled: readonly StyledFile[]): ProjectGuards {
  const used = styled.flatMap(({ tokens }) =>
    tokens.flatMap((token) => (token.t === 'guard' ? [token.source] : [])),
  );
  const candidates = symbolsOf(used)
    .filter(({ file }) => workspace.role(file) !== 'action')
    .slice(0, MAX_CANDIDATES);
  return {
    // One that only its own package imports, by a relative path, is no name that others can use.
    session:
      candidates.find((symbol) => symbol.spec !== undefined && readsSession(workspace, symbol)) ??
      candidates.find((symbol) => readsSession(workspace, symbol)),
    guards: candidates.flatMap((symbol) => guardHelper(workspace, symbol)),
  };
}

/** What the habits of the actions show, under the type that the configuration names. */
function resultStyle(workspace: Workspace, styled: readonly StyledFile[]): ProjectConventions['result'] {
  const learnt = learnResult(workspace, styled);
  const [first] = styled;
  const named = first && workspace.conventions(first.file).resultType;
  if (!named) return learnt;
  const imported = styled.flatMap(({ tokens }) =>
    tokens.flatMap((token) =>
      token.t === 'resultType' && token.source?.file === named.file && token.source.name === named.name
        ? [token.source]
        : [],
    ),
  );
  const [known] = symbolsOf(imported);
  const type = known ?? { ...named, spec: undefined, uses: 0 };
  return { ...(learnt ?? contractResult), type, isFollowed: true };
}

/** `{ success, data, error: { message, code } }`, where no action shows another. */
const contractResult: Omit<ResultStyle, 'type' | 'isFollowed'> = {
  flag: 'success',
  keys: ['success', 'data', 'error'],
  errorKeys: ['message', 'code'],
  isFlagged: true,
  ok: undefined,
  fail: undefined,
};

function learnResult(workspace: Workspace, styled: readonly StyledFile[]): ProjectConventions['result'] {
  const all = <T extends StyleToken['t']>(t: T): Extract<StyleToken, { t: T }>[] =>
    styled.flatMap(({ tokens }) =>
      tokens.filter((token): token is Extract<StyleToken, { t: T }> => token.t === t),
    );
  const helpers = symbolsOf(all('returns').map(({ source }) => source)).flatMap((symbol) => {
    const shape = helperShape(workspace, symbol);
    return shape ? [{ symbol, ...shape }] : [];
  });
  const style = resultOf([
    ...all('result'),
    ...helpers.flatMap((helper) => Array.from({ length: helper.symbol.uses }, () => helper)),
  ]);
  if (!style) return undefined;
  const { flag } = style;
  const maker = (value: boolean): ProjectSymbol | undefined =>
    helpers.find(({ keys }) =>
      flag === undefined ? keys.includes('error') === !value : keys.includes(`${flag}=${value}`),
    )?.symbol;
  const named = symbolsOf(all('resultType').flatMap(({ source }) => (source ? [source] : [])));
  const makers = helpers
    .filter(({ keys }) => isResultLike(keys))
    .map(({ symbol }) => `${symbol.file}#${symbol.name}`);
  const returning = (tokens: readonly StyleToken[], isSuch: (keys: readonly string[]) => boolean): boolean =>
    tokens.some(
      (token) =>
        (token.t === 'result' && isSuch(token.keys)) ||
        (token.t === 'returns' && makers.includes(`${token.source.file}#${token.source.name}`)),
    );
  const actions = styled.filter(
    ({ file, tokens }) => tokens.some(({ t }) => t === 'actions') && workspace.role(file) === 'action',
  );
  const following = actions.filter(({ tokens }) => returning(tokens, isResultLike));
  // `{ success: true }` alone says nothing of how failures are told.
  const failing = following.filter(({ tokens }) => returning(tokens, isFailureLike));
  return {
    ...style,
    isFollowed:
      failing.length > 0 && failing.length * 4 >= following.length && following.length * 2 >= actions.length,
    type: named[0],
    ok: maker(true),
    fail: maker(false),
  };
}

/** The keys of the literal that a helper returns, when that is all it does. */
function helperShape(
  workspace: Workspace,
  symbol: ProjectSymbol,
): { keys: string[]; error: string[] } | undefined {
  const value = workspace.exported(symbol.file, symbol.name);
  if (value.k !== 'closure') return undefined;
  const returned = onlyReturn(workspace.tsFacts(value.file), value.fn);
  return returned?.k === 'object' ? { keys: keysOf(returned), error: errorKeys(returned) } : undefined;
}

function onlyReturn(facts: TsFacts | undefined, fn: number): Value | undefined {
  const found: Value[] = [];
  visitSteps(facts?.functions[fn]?.body ?? [], {
    step: (step) => {
      if (step.s === 'return' && step.value) found.push(step.value);
    },
  });
  return found.length === 1 ? found[0] : undefined;
}

function summaryOf(workspace: Workspace, value: Abs): Summary | undefined {
  return value.k === 'closure' ? workspace.summary(functionKey(value.file, value.fn)) : undefined;
}

/** A function that a call to the auth library gives, or that hands its result on, session or none. */
function readsSession(workspace: Workspace, symbol: ProjectSymbol): boolean {
  const value = awaited(workspace.exported(symbol.file, symbol.name));
  if (value.k === 'made') return value.spec === 'next-auth' && value.path.at(-1) === 'auth';
  const summary = summaryOf(workspace, value);
  if (!summary || summary.effects.some((effect) => effect.kind === 'write')) return false;
  return summary.outcomes.some((outcome) => isOpenSession(outcome.value));
}

function isOpenSession(value: Abs): boolean {
  const inner = awaited(value);
  return (
    inner.k === 'variants' &&
    inner.list.some(({ value: part, proof }) => proof && part.k === 'session') &&
    inner.list.some(({ proof }) => !proof)
  );
}

function guardHelper(workspace: Workspace, symbol: ProjectSymbol): GuardHelper[] {
  const value = awaited(workspace.exported(symbol.file, symbol.name));
  if (value.k === 'chain') {
    const guard = middlewareGuard(workspace, value.uses);
    return guard.proof ? [{ ...symbol, kind: 'client', roles: guard.roles }] : [];
  }
  const summary = summaryOf(workspace, value);
  if (!summary || summary.partial) return [];
  const proved = summary.outcomes.length > 0 && summary.outcomes.every((outcome) => outcome.proof);
  if (proved) return [{ ...symbol, kind: 'call', roles: sharedRoles(summary.outcomes) }];
  const wrapped = returnedClosures(summary)
    .map((closure) => workspace.summary(closure))
    .flatMap((inner) => inner.invocations.filter(({ target }) => target.k === 'param'));
  if (wrapped.length > 0 && wrapped.every((invocation) => invocation.proof))
    return [{ ...symbol, kind: 'wrapper', roles: sharedRoles(wrapped) }];
  return [];
}

function returnedClosures(summary: Summary): string[] {
  return summary.outcomes.flatMap(({ value }) =>
    value.k === 'closure' ? [functionKey(value.file, value.fn)] : [],
  );
}

function sharedRoles(list: readonly { roles?: string[] }[]): string[] | undefined {
  return list.every(({ roles }) => roles)
    ? [...new Set(list.flatMap(({ roles }) => roles ?? []))].toSorted()
    : undefined;
}
