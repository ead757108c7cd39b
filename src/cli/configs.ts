/** Configuration files as a command line sees them: which are in force where, and whether they are valid. */
import type { FileId } from '../base/path.ts';
import { nearestConfig, resolveConfig, type ConfigOverrides, type ResolvedConfig } from '../config/load.ts';
import { configFileName } from '../config/settings.ts';
import { loadEngine, type Session } from './session.ts';

export interface Configs {
  /** What is in force for a file. */
  of(file: FileId): ResolvedConfig;
  /** Whether a configuration that is in force anywhere has a mistake. */
  isBad: boolean;
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
  const configs = [...files].filter((file) => file === configFileName || file.endsWith(`/${configFileName}`));
  return {
    of: (file) => resolve(nearestConfig(file, (candidate) => files.has(candidate))),
    isBad: (overrides.file === undefined ? configs : [overrides.file]).some(
      (file) => resolve(file).issues.length > 0,
    ),
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
