/** Configuration files as a command line sees them: which are in force where, and whether they are valid. */
import type { FileId } from '../base/path.ts';
import { nearestConfig, resolveConfig, type ConfigOverrides, type ResolvedConfig } from '../config/load.ts';
import { configFileName } from '../config/settings.ts';
import type { Problem } from '../report/model.ts';
import { loadEngine, type Session } from './session.ts';

export interface Configs {
  /** What is in force for a file. */
  of(file: FileId): ResolvedConfig;
  /** Whether a configuration that is in force anywhere has a mistake. */
  isBad: boolean;
  /** Mistakes in files that are configurations only because another one, or the command line, names them. */
  problems: Problem[];
}

/** @param overrides what the command line says above every file */
export async function readConfigs(session: Session, overrides: ConfigOverrides): Promise<Configs> {
  const { rules } = await loadEngine();
  const files = new Set(session.engine.files());
  const source = { read: session.host.read, rules: rules.map(({ meta }) => meta) };
  const resolved = new Map<FileId | undefined, ResolvedConfig>();
  const resolve = (file: FileId | undefined): ResolvedConfig => {
    const key = overrides.file ?? file;
    const known = resolved.get(key) ?? resolveConfig(file, source, overrides);
    resolved.set(key, known);
    return known;
  };
  const isConfig = (file: FileId) => file === configFileName || file.endsWith(`/${configFileName}`);
  const configs = overrides.file === undefined ? [...files].filter(isConfig) : [overrides.file];
  const issues = configs.flatMap((file) => resolve(file).issues);
  // One that is no text puts nothing in force: why is among the host's problems.
  const hasUnreadable = configs.some((file) => session.host.read(file) === undefined);
  const told = new Map(
    issues.flatMap(({ file, message }) =>
      isConfig(file) && files.has(file) ? [] : [[`${file}\0${message}`, { file, message }]],
    ),
  );
  return {
    of: (file) => resolve(nearestConfig(file, (candidate) => files.has(candidate))),
    isBad: issues.length > 0 || hasUnreadable,
    problems: [...told.values()],
  };
}

/**
 * Why rules that were asked for by `--rule ID` cannot find anything: they are off in every file that is reported on.
 * @returns one line a rule
 */
export function switchedOff(configs: Configs, ids: Iterable<string>, files: readonly FileId[]): string[] {
  return [...ids].flatMap((id) => {
    const inForce = files.map((file) => ({ config: configs.of(file), file }));
    if (inForce.length === 0 || inForce.some(({ config, file }) => config.rule(id, file).severity !== 'off'))
      return [];
    const by = [...new Set(inForce.flatMap(({ config }) => config.file ?? []))].join(', ');
    return [
      `the rule "${id}" is switched off${by === '' ? '' : ` by ${by}`}: nothing is reported. --rule ${id}=warning switches it on.`,
    ];
  });
}
