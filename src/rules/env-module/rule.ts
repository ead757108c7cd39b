import { z } from 'zod';
import { dirname } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import { nameMatcher, PLATFORM_VARIABLES } from '../../project/environment.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, Report, RuleContext } from '../rule.ts';
import { envModuleFor, isEnvModule, newEnvModule } from '../../workspace/envModules.ts';
import { envReads } from './reads.ts';
import type { EnvRead } from './reads.ts';

const options = z.strictObject({
  allow: z
    .array(z.string().min(1))
    .describe('Further variables that may be read anywhere; `*` stands for any characters, as in `ACME_*`.'),
});
type Options = z.infer<typeof options>;

export const rule = defineRule<Options>({
  meta: {
    id: 'env-module',
    title: 'Environment variables are read from the module that validates them.',
    sections: ['S5'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options,
    defaults: { allow: [] },
    messages: {
      outside:
        '`{name}` is read from `process.env`, past {module}. Nobody checks that it is set before this line runs, and its type is `string | undefined`. Read it from {module} and list it in the schema there.',
      noModule:
        '`{name}` is read from `process.env`, and nothing validates the environment at startup. A missing variable is noticed only when this line runs. Create {module} with a Zod schema and read it from there.',
      noModuleAgain: '`{name}` is read from `process.env` again; see its first read in this file.',
      shared:
        '`{name}` is read from `process.env` in a package that applications import. None of them can see that it needs the variable. Take the value as an argument, or read it from an env package.',
      public:
        '`{name}` is built in here unchecked: a build without it ships `undefined`. List it in the env module, so that such a build fails.',
      client:
        '`{name}` is always undefined in the browser: only `NEXT_PUBLIC_` variables reach client code. Read it on the server and hand over what is needed.',
    },
  },
  check(context) {
    const { facts, file, role, workspace } = context;
    if (facts.kind !== 'ts' || ['tooling', 'env', 'migration', 'schema', 'config'].includes(role)) return;
    const allowed = nameMatcher([...PLATFORM_VARIABLES, ...context.options.allow]);
    const reads = envReads(facts).filter((read) => !allowed(read.name));
    if (reads.length === 0 || isEnvModule(workspace, file) || !belongsToApp(context)) return;
    const seen = new Set<string>();
    const names = [...new Set(reads.map(({ name }) => name))];
    for (const read of reads) {
      context.report(reportOf(context, read, seen.has(read.name), names));
      seen.add(read.name);
    }
  },
});

/** @param names what the file reads: a new module lists all of it */
function reportOf(
  { file, role, workspace }: RuleContext<Options>,
  { name, at }: EnvRead,
  again: boolean,
  names: string[],
): Report {
  const place = { at };
  const data = { name };
  const isPublic = name.startsWith('NEXT_PUBLIC_');
  // A page of the Pages Router is client code as well.
  const isBuiltIn = role === 'client' || (role === 'page' && /(^|\/)pages\//.test(file));
  if (isPublic && isBuiltIn) return { place, data, message: 'public', severity: 'hint' };
  if (role === 'client') return { place, data, message: 'client' };
  const module = envModuleFor(workspace, file, name);
  const target = newEnvModule(workspace, file);
  const fixes: FixRequest[] =
    module !== undefined
      ? [{ recipe: 'use-env-module', data }]
      : target !== undefined
        ? [{ recipe: 'create-env-module', data: { name, names } }]
        : [];
  if (isPublic) return { place, data, message: 'public', severity: 'info', fixes };
  if (module !== undefined)
    return {
      place,
      data: { name, module },
      message: 'outside',
      fixes,
      related: [{ place: { file: module, span: { start: 0, end: 0 } }, message: 'The env module.' }],
    };
  if (again) return { place, data, message: 'noModuleAgain', severity: 'info', fixes };
  // A package that several apps share can't know what each of them validates.
  if (target === undefined) return { place, data, message: 'shared', severity: 'info' };
  return { place, data: { name, module: target }, message: 'noModule', fixes };
}

/**
 * Whether a file is part of an application: it lies in one, or one imports it. What runs by itself (a script beside the
 * app's package.json, a package of the workspace that no app uses) is no part of the app's start.
 */
function belongsToApp({ file, app, role, workspace }: RuleContext<unknown>): boolean {
  if (app) {
    const isScript = role === 'other' && (dirname(file) === app.root || /\.[cm]js$/.test(file));
    return !isScript || workspace.importers(file).length > 0;
  }
  const seen = new Set<FileId>([file]);
  const todo = [file];
  for (let current = todo.pop(); current !== undefined && seen.size < 2_000; current = todo.pop()) {
    if (workspace.app(current)) {
      if (workspace.role(current) !== 'tooling') return true;
      continue;
    }
    for (const importer of workspace.importers(current))
      if (!seen.has(importer)) {
        seen.add(importer);
        todo.push(importer);
      }
  }
  return false;
}
