export type AppName = 'shop' | 'shop-twin' | 'monorepo';

export const appNames: readonly AppName[];
export function appDir(name: AppName): string;
export function ensureInstall(): string;
export function prepareApp(
  name: AppName,
  targetDir: string,
  options?: { expectations?: 'blank' | 'keep'; files?: Readonly<Record<string, string>> },
): Promise<string>;
export function typecheckApp(dir: string): Promise<string>;
