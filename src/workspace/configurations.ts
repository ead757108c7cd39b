/** Which settings are in force for a file: the nearest configuration, what it extends, and what stands above all of them. */
import { dirname, join } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import { nearestConfig, resolveConfig } from '../config/load.ts';
import type { ConfigOverrides, ResolvedConfig } from '../config/load.ts';
import type { RuleDeclaration } from '../config/parse.ts';
import { configFileName, type Settings } from '../config/settings.ts';
import type { Database, Input, Query } from './database.ts';
import type { EngineHost, FactStore } from './store.ts';

export class Configurations {
  /** What the command line or the editor says above every file. */
  readonly overrides: Input<ConfigOverrides>;
  private readonly store: FactStore;
  private readonly above: Query<FileId | undefined>;
  private readonly resolved: Query<ResolvedConfig>;
  private readonly lastValid = new Map<FileId, Settings>();

  constructor(db: Database, store: FactStore, host: EngineHost, rules: readonly RuleDeclaration[]) {
    this.store = store;
    this.overrides = db.input<ConfigOverrides>('overrides');
    // By folder, so by the path that a configuration beside the file would have.
    this.above = db.query('configAbove', (beside) =>
      nearestConfig(beside, (candidate) => store.exists(candidate) === true),
    );
    this.resolved = db.query('config', (file) => this.resolve(file, rules, host));
  }

  /** What the nearest configuration file puts in force for a file. */
  of(file: FileId): ResolvedConfig {
    return this.resolved(this.above(join(dirname(file), configFileName) ?? '') ?? '');
  }

  private resolve(file: FileId, rules: readonly RuleDeclaration[], host: EngineHost): ResolvedConfig {
    const resolved = resolveConfig(
      file === '' ? undefined : file,
      {
        read: (path) => {
          const facts = this.store.facts(path);
          if (facts?.kind === 'config') return facts.text;
          // A configuration that is extended, or named on the command line, may have any name.
          return path.endsWith('.json') ? host.read(path) : undefined;
        },
        rules,
        lastValid: (path) => this.lastValid.get(path),
      },
      this.overrides('') ?? {},
    );
    for (const { file: path, settings } of resolved.valid) this.lastValid.set(path, settings);
    return resolved;
  }
}
