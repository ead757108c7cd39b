/** The engine as the shells see it. */
import type { FileId } from '../base/path.ts';
import type { ConfigOverrides } from '../config/load.ts';
import type { RuleDeclaration } from '../config/parse.ts';
import type { EditResult, Finding, FixOffer, Location } from '../run/finding.ts';
import type { Rule } from '../rules/rule.ts';
import type { TreeFile } from './node.ts';

export interface FileChange {
  file: FileId;
  text: string | undefined;
}
export interface IndexProgress {
  done: number;
  total: number;
  complete: boolean;
}
export interface MapEntry extends Location {
  id: string;
  kind: 'action' | 'route' | 'service' | 'model' | 'page' | 'env' | 'migration';
  label: string;
  detail?: string;
  guard?: 'guarded' | 'unguarded' | 'public' | 'unknown';
  guardDetail?: string;
  roles?: string[];
  reads?: string[];
  writes?: string[];
}
export interface BackendMap {
  apps: { id: string; name: string; root: string; entries: MapEntry[] }[];
}
export interface Engine {
  setTree(files: readonly TreeFile[]): void;
  update(changes: readonly FileChange[]): void;
  setCommitted(files: ReadonlySet<FileId> | undefined): void;
  setOverrides(overrides: ConfigOverrides): void;
  suppressedCount(files: readonly FileId[]): number;
  index(budgetMs: number, now: () => number, priority?: readonly FileId[]): IndexProgress;
  readonly complete: boolean;
  check(file: FileId): readonly Finding[];
  takeStale(): FileId[];
  files(): FileId[];
  problems(): { file: FileId; message: string }[];
  edits(finding: Finding, offer: FixOffer): EditResult;
  fixAll(file: FileId): EditResult;
  suppress(finding: Finding, scope: 'line' | 'file'): EditResult;
  hover(file: FileId, offset: number): { start: number; end: number; markdown: string } | undefined;
  map(): BackendMap;
  stats(): unknown;
  text(file: FileId): string | undefined;
  lines(file: FileId): readonly number[];
  encodeCache(): string;
  loadCache(text: string): number;
  readonly cacheHits: number;
}
export interface EngineModule {
  Engine: {
    create(options: {
      host: { read(file: FileId): string | undefined };
      overrides?: ConfigOverrides;
    }): Promise<Engine>;
  };
  rules: readonly Rule[];
  declarations: readonly RuleDeclaration[];
}
