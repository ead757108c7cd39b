/** Files about the environment, written by fixes: a new module, lines of the example. */
import { join } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import { EXAMPLE_FILES } from '../project/environment.ts';
import { packageDir } from '../project/packages.ts';
import type { FileEdits } from '../run/finding.ts';
import type { Variable } from './envSchema.ts';
import type { FixContext } from './fix.ts';
import { styleOf } from './style.ts';

/** The version range of Zod that a file's package, or the workspace's root, asks for. */
export function zodRange({ workspace }: FixContext, file: FileId): string | undefined {
  for (const dir of [packageDir(workspace, file), '']) {
    const facts = workspace.facts(join(dir, 'package.json') ?? '');
    const range = facts?.kind === 'package' ? facts.dependencies['zod'] : undefined;
    if (range !== undefined) return range;
  }
  return undefined;
}

/** Lists new variables in the example file, empty, when there is one. */
export function exampleEdit(
  { file, workspace, textOf }: FixContext,
  module: FileId,
  names: readonly string[],
): FileEdits | undefined {
  const dirs = [
    ...new Set([
      workspace.app(file)?.root ?? packageDir(workspace, file),
      packageDir(workspace, file),
      packageDir(workspace, module),
      '',
    ]),
  ];
  const example = dirs
    .flatMap((dir) => EXAMPLE_FILES.map((name) => join(dir, name) ?? name))
    .find((path) => workspace.exists(path));
  const before = example === undefined ? undefined : textOf(example);
  if (example === undefined || before === undefined) return undefined;
  const missing = names.filter(
    (name) => name !== 'NODE_ENV' && !new RegExp(`^\\s*#?\\s*(export\\s+)?${name}\\s*=`, 'm').test(before),
  );
  if (missing.length === 0) return undefined;
  const newline = before.includes('\r\n') ? '\r\n' : '\n';
  const lead = before === '' || before.endsWith('\n') ? '' : newline;
  return {
    file: example,
    create: false,
    edits: [
      {
        start: before.length,
        end: before.length,
        text: lead + missing.map((name) => `${name}=${newline}`).join(''),
      },
    ],
  };
}

export function moduleText(variables: readonly Variable[], isV4: boolean, like: string): string {
  const { quote, semicolon, indent, newline } = styleOf(like);
  const q = (value: string): string => quote + value + quote;
  const lines = [
    `import { z } from ${q('zod')}${semicolon}`,
    '',
    'const envSchema = z.object({',
    ...variables.map(({ name, type }) => `${indent}${name}: ${type.replaceAll("'", quote)},`),
    `})${semicolon}`,
    '',
    `const parsed = envSchema.safeParse(process.env)${semicolon}`,
    'if (!parsed.success) {',
    `${indent}// Names and reasons only, never the values.`,
    `${indent}console.error(${q('Invalid environment:')}, ${isV4 ? 'z.flattenError(parsed.error)' : 'parsed.error.flatten()'}.fieldErrors)${semicolon}`,
    `${indent}throw new Error(${q('Invalid environment variables')})${semicolon}`,
    '}',
    '',
    `export const env = parsed.data${semicolon}`,
    '',
  ];
  return lines.join(newline);
}
