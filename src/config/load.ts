/** From the nearest configuration file of a place to what is in force there. Pure: texts come through `ConfigSource`. */
import { ancestors, dirname, join, type FileId } from '../base/path.ts';
import type { Severity, SeverityOrOff } from '../rules/rule.ts';
import { createMatcher, type FileMatcher } from './globs.ts';
import { parseConfig, withDefaults, type ConfigIssue, type RuleDeclaration } from './parse.ts';
import { presetSeverity } from './presets.ts';
import { configFileName, type Conventions, type RuleSetting, type Settings } from './settings.ts';

export interface ConfigSource {
  /** Text of a file of the workspace, `undefined` when there is none. */
  read(file: FileId): string | undefined;
  rules: readonly RuleDeclaration[];
  /** The settings this file had when it was last without issues; they stay in force while it is broken. */
  lastValid?(file: FileId): Settings | undefined;
}

/** What the command line or an editor's settings say above every file. */
export interface ConfigOverrides {
  /** This configuration file is used everywhere, whatever lies nearer. */
  file?: FileId;
  /** Severities that win over every file; a rule that was off runs with `error` … `hint`. */
  rules?: { [id: string]: SeverityOrOff };
}

/** What is in force for one rule in one file; `options` are complete and valid. */
export interface RuleInForce {
  severity: SeverityOrOff;
  options: unknown;
}

/** Where things live; folders, files and globs as matchers over paths from the workspace root. */
export interface ResolvedConventions {
  actions: FileMatcher | undefined;
  services: FileMatcher | undefined;
  validations: FileMatcher | undefined;
  /** From the workspace root. */
  env: FileId | undefined;
  generated: FileMatcher | undefined;
  /** Whether an entry point, by its file and its exported name, is open to everyone on purpose. */
  isPublic(file: FileId, name: string): boolean;
  sessionHelpers: readonly string[];
  lookupModels: readonly string[];
  ownerKeys: readonly string[];
  /** `field` or `Model.field`. */
  secretFields: readonly string[];
  /** The declared type that actions return, its file from the workspace root. */
  resultType: { file: FileId; name: string } | undefined;
}

export interface ResolvedConfig {
  /** The configuration file in force, `undefined` for the defaults. */
  file: FileId | undefined;
  /** Every file that was asked for, also missing ones: a change of one of them means to resolve again. */
  dependencies: FileId[];
  issues: ConfigIssue[];
  /** The settings of each file that was read without issues; keep them for `ConfigSource.lastValid`. */
  valid: { file: FileId; settings: Settings }[];
  conventions: ResolvedConventions;
  includeHistory: boolean;
  /** Unknown ids are `off`. */
  rule(id: string, file: FileId): RuleInForce;
  ignores(file: FileId): boolean;
}

interface Layer {
  folder: string;
  settings: Settings;
}

/**
 * The configuration file that counts for a file: the nearest one upwards.
 * @param exists whether a path is a file of the workspace
 */
export function nearestConfig(file: FileId, exists: (file: FileId) => boolean): FileId | undefined {
  for (const folder of ancestors(file)) {
    const candidate = join(folder, configFileName);
    if (candidate !== undefined && exists(candidate)) return candidate;
  }
  return undefined;
}

/** Reads a file and what it extends, the extended ones first. */
function readLayers(
  file: FileId,
  source: ConfigSource,
  result: Pick<ResolvedConfig, 'dependencies' | 'issues' | 'valid'>,
  chain: readonly FileId[],
): Layer[] {
  result.dependencies.push(file);
  const text = source.read(file);
  const parsed = text === undefined ? undefined : parseConfig(file, text, source.rules);
  if (parsed) result.issues.push(...parsed.issues);
  const settings = parsed?.settings ?? source.lastValid?.(file);
  if (!settings) return [];
  if (parsed?.settings) result.valid.push({ file, settings });
  const layers: Layer[] = [];
  const bases = typeof settings.extends === 'string' ? [settings.extends] : (settings.extends ?? []);
  for (const [index, base] of bases.entries()) {
    const at = parsed?.extendsAt[index] ?? { start: 0, end: 0 };
    const fail = (message: string) => result.issues.push({ file, message, ...at });
    const target = base.startsWith('/') ? undefined : join(dirname(file), base);
    if (target === undefined) fail(`"${base}" is not a relative path inside the workspace.`);
    else if (target === file || chain.includes(target)) fail(`"${base}" extends this file: a cycle.`);
    else if (source.read(target) === undefined) {
      result.dependencies.push(target);
      fail(`"${base}" does not exist.`);
    } else layers.push(...readLayers(target, source, result, [...chain, file]));
  }
  layers.push({ folder: dirname(file), settings });
  return layers;
}

/** The value of the last layer that has one, with that layer's folder. */
function lastConvention<Key extends keyof Conventions>(
  layers: readonly Layer[],
  key: Key,
): { value: NonNullable<Conventions[Key]>; folder: string } | undefined {
  for (const { settings, folder } of layers.toReversed()) {
    const value = settings.conventions?.[key];
    if (value !== undefined) return { value: value as NonNullable<Conventions[Key]>, folder };
  }
  return undefined;
}

function resolveConventions(layers: readonly Layer[]): ResolvedConventions {
  const matcher = (key: 'actions' | 'services' | 'validations' | 'generated'): FileMatcher | undefined => {
    const found = lastConvention(layers, key);
    return found && createMatcher(found.value, found.folder);
  };
  const names = (key: 'sessionHelpers' | 'lookupModels' | 'ownerKeys' | 'secretFields') =>
    lastConvention(layers, key)?.value ?? [];
  const env = lastConvention(layers, 'env');
  const entries = lastConvention(layers, 'publicEntries');
  const publicMatchers = (entries?.value ?? []).map((entry) => {
    const hash = entry.lastIndexOf('#');
    const path = hash < 0 ? entry : entry.slice(0, hash);
    return {
      matches: createMatcher([path], entries?.folder),
      name: hash < 0 ? undefined : entry.slice(hash + 1),
    };
  });
  return {
    actions: matcher('actions'),
    services: matcher('services'),
    validations: matcher('validations'),
    generated: matcher('generated'),
    env: env && join(env.folder, env.value),
    isPublic: (file, name) =>
      publicMatchers.some(
        (entry) => (entry.name === undefined || entry.name === name) && entry.matches(file),
      ),
    sessionHelpers: names('sessionHelpers'),
    lookupModels: names('lookupModels'),
    ownerKeys: names('ownerKeys'),
    secretFields: names('secretFields'),
    resultType: resultTypeOf(lastConvention(layers, 'resultType')),
  };
}

function resultTypeOf(
  found: { value: string; folder: string } | undefined,
): ResolvedConventions['resultType'] {
  const [path = '', name = ''] = found?.value.split('#') ?? [];
  const file = found && join(found.folder, path);
  return file === undefined ? undefined : { file, name };
}

/**
 * What a configuration file puts in force.
 * @param file the nearest configuration file (see `nearestConfig`); `undefined` gives the defaults
 */
export function resolveConfig(
  file: FileId | undefined,
  source: ConfigSource,
  overrides: ConfigOverrides = {},
): ResolvedConfig {
  const start = overrides.file ?? file;
  const found = {
    dependencies: [] as FileId[],
    issues: [] as ConfigIssue[],
    valid: [] as ResolvedConfig['valid'],
  };
  const layers = start === undefined ? [] : readLayers(start, source, found, []);
  const declared = new Map(source.rules.map((rule) => [rule.id, rule]));
  const global: { [id: string]: RuleSetting } = Object.assign(
    Object.create(null),
    ...layers.map(({ settings }) => settings.rules ?? {}),
  );
  const preset = layers.findLast(({ settings }) => settings.preset !== undefined)?.settings.preset;
  const scoped = layers.flatMap(({ settings, folder }) =>
    (settings.overrides ?? []).map((entry) => ({
      matches: createMatcher(entry.files, folder),
      rules: entry.rules,
    })),
  );
  const ignored = layers.map(({ settings, folder }) => createMatcher(settings.ignore ?? [], folder));
  const cache = new Map<RuleSetting, RuleInForce>();

  return {
    file: start,
    ...found,
    conventions: resolveConventions(layers),
    includeHistory:
      layers.findLast(({ settings }) => settings.migrations?.includeHistory !== undefined)?.settings
        .migrations?.includeHistory ?? false,
    rule(id, path) {
      const rule = declared.get(id);
      if (!rule) return { severity: 'off', options: undefined };
      const override = scoped.findLast((entry) => Object.hasOwn(entry.rules, id) && entry.matches(path));
      const setting = override?.rules[id] ?? global[id];
      const base = presetSeverity(preset ?? 'recommended', rule);
      return inForce(rule, setting ?? base, overrides.rules?.[id], cache);
    },
    ignores: (path) => ignored.some((matches) => matches(path)),
  };
}

function inForce(
  rule: RuleDeclaration,
  setting: RuleSetting,
  forced: SeverityOrOff | undefined,
  cache: Map<RuleSetting, RuleInForce>,
): RuleInForce {
  if (typeof setting === 'string') return { severity: forced ?? setting, options: rule.defaults };
  let known = cache.get(setting);
  if (!known) {
    // Valid: parseConfig gives no settings for a file with wrong options.
    known = { severity: setting[0], options: rule.options.parse(withDefaults(rule, setting[1])) };
    cache.set(setting, known);
  }
  return forced === undefined ? known : { severity: forced, options: known.options };
}

/** Orders severities: the smaller, the worse. */
export const severityRank: { [severity in Severity]: number } = { error: 0, warning: 1, info: 2, hint: 3 };
