import { z } from 'zod';
import { join } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import type { FileFacts } from '../../facts/model.ts';
import type { EnvFacts } from '../../facts/env.ts';
import type { TsFacts } from '../../facts/tsModel.ts';
import { visitFile, visitSteps } from '../../facts/visit.ts';
import { EXAMPLE_FILES, findVariables, nameMatcher, PLATFORM_VARIABLES } from '../../project/environment.ts';
import type { EnvVariable } from '../../project/environment.ts';
import { packageDir } from '../../project/packages.ts';
import { envModuleFor, isEnvModule, newEnvModule } from '../../workspace/envModules.ts';
import { defineRule } from '../rule.ts';
import type { RuleContext } from '../rule.ts';

const options = z.strictObject({
  libraries: z
    .array(z.string().min(1))
    .describe(
      'Further variables that libraries read by themselves; `*` stands for any characters, as in `ACME_*`.',
    ),
});
type Options = z.infer<typeof options>;
type Context = RuleContext<Options>;
type TsFileFacts = Extract<FileFacts, { kind: 'ts' }>;

/** Read by libraries and tools, so that no code of the project names them. */
const LIBRARIES = [
  'AUTH_*',
  'NEXTAUTH_*',
  'BETTER_AUTH_*',
  'CLERK_*',
  'NEXT_PUBLIC_CLERK_*',
  'DATABASE_*',
  'DIRECT_*',
  '*DATABASE_URL*',
  'POSTGRES_*',
  'PG*',
  'SENTRY_*',
  'AWS_*',
  'UPSTASH_*',
  'KV_*',
  'BLOB_*',
  'REDIS_*',
  'OTEL_*',
  'OPENAI_*',
  'ANTHROPIC_*',
  'RESEND_API_KEY',
  'UPLOADTHING_*',
  'CLOUDINARY_URL',
  'INNGEST_*',
  'TRIGGER_*',
  'LOG_LEVEL',
  'DEBUG',
];

/** Names that no public variable should have. */
const SECRET = /(SECRET|PRIVATE_KEY|PASSWORD|SERVICE_ROLE)/;

export const rule = defineRule<Options>({
  meta: {
    id: 'env-schema',
    title:
      'One module validates the environment at startup, and it, the code and .env.example name the same variables.',
    sections: ['S5'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts', 'env'],
    since: '0.1.0',
    options,
    defaults: { libraries: [] },
    messages: {
      noModule:
        'Nothing validates the variables of this application, {count} of them on the server. A missing one is noticed when a request needs it. Create {module} with a Zod schema and read them from there.',
      notValidated:
        '{module} hands `{name}` on without checking it. A missing variable is noticed when a request needs it, and its type claims otherwise. Parse `process.env` with a Zod schema here.',
      neverLoaded:
        'Nothing imports this module, so the environment is never validated. Import it in instrumentation.ts or next.config, and read the variables from it.',
      notInSchema:
        '`{name}` is not in the schema of {module}, so it is always undefined here: what the schema does not list is left out. Add it there.',
      unused:
        '`{name}` is demanded at startup, and no code reads it. Remove it, unless a library reads it by itself.',
      notInExample:
        '`{name}` is missing in {example}. Whoever sets the project up learns of it from a crash. List it there, without its value.',
      clientRead:
        '`{name}` is a variable of the server, and this is client code: there it is missing, and createEnv throws. Read it on the server and hand over what is needed.',
      exposed:
        '`{name}` is built into the code that browsers load: that is what `env` in next.config does. Remove it here and read it on the server.',
      publicSecret:
        '`{name}` looks like a secret, and variables that start with NEXT_PUBLIC_ are built into the code that browsers load. Rename it, and replace the secret if it was ever deployed.',
    },
  },
  check(context) {
    const { facts, file } = context;
    if (facts.kind === 'env') {
      if (isExample(file)) checkMissing(context, facts);
      return;
    }
    if (facts.kind !== 'ts' || context.role === 'generated') return;
    if (/(^|\/)next\.config\.[cm]?[jt]s$/.test(file)) checkConfig(context, facts);
    if (context.role === 'tooling') return;
    if (isEnvModule(context.workspace, file)) checkModule(context, facts);
    checkReads(context, facts);
  },
});

function isExample(file: FileId): boolean {
  return EXAMPLE_FILES.some((name) => file === name || file.endsWith(`/${name}`));
}

/** At the example's first variable, where the application has no module at all. */
function checkMissing({ file, workspace, report }: Context, facts: EnvFacts): void {
  const app = workspace.app(file);
  const own = facts.entries.filter(({ key }) => !PLATFORM(key) && !key.startsWith('NEXT_PUBLIC_'));
  const [first] = own;
  const probe = app && join(app.root, app.src, 'lib/x.ts');
  if (!first || probe === undefined || file !== join(app?.root ?? '', file.split('/').at(-1) ?? '')) return;
  if (envModuleFor(workspace, probe, first.key) !== undefined) return;
  const module = newEnvModule(workspace, probe);
  if (module === undefined) return;
  report({
    place: { span: first.keySpan },
    message: 'noModule',
    data: { count: String(own.length), module },
    fixes: [{ recipe: 'create-schema' }],
  });
}

const PLATFORM = nameMatcher(PLATFORM_VARIABLES);

function checkModule(context: Context, facts: TsFileFacts): void {
  const { file, workspace, report } = context;
  const variables = findVariables(facts);
  const [first] = variables;
  if (!first) {
    checkUnvalidated(context, facts);
    return;
  }
  // The schema of one feature is that one's business.
  if (envModuleFor(workspace, neighbour(file), first.name) !== file) return;
  const importers = workspace.importers(file);
  if (importers.length === 0)
    report({ place: { at: first.at }, message: 'neverLoaded', fixes: [{ recipe: 'load-at-startup' }] });
  const example = exampleOf(context);
  const library = nameMatcher([...LIBRARIES, ...context.options.libraries]);
  const isOpen = importers.length === 0 || isReExported(context) || !isNamedEnv(facts);
  for (const variable of variables) {
    const { name, at } = variable;
    if (name.startsWith('NEXT_PUBLIC_') && SECRET.test(name))
      report({ place: { at }, message: 'publicSecret', severity: 'error', data: { name } });
    if (PLATFORM(name)) continue;
    if (example && !example.names.has(name))
      report({
        place: { at },
        message: 'notInExample',
        data: { name, example: example.file },
        severity: variable.optional ? 'hint' : 'warning',
        fixes: [{ recipe: 'add-to-example', data: { name } }],
      });
    if (!isOpen && !library(name) && !isUsed(context, variable))
      report({ place: { at }, message: 'unused', severity: 'info', data: { name } });
  }
}

/** A file of the module's folder: which module would it read from? */
function neighbour(file: FileId): FileId {
  return `${file}~`;
}

/** A module called env that only collects `process.env.X`. */
function checkUnvalidated({ file, role, workspace, report }: Context, facts: TsFileFacts): void {
  if (role !== 'env' || facts.imports.some(({ spec }) => VALIDATORS.test(spec))) return;
  if (workspace.importers(file).length === 0) return;
  let found: { name: string; at: number } | undefined;
  for (const item of facts.exports) {
    if (item.e !== 'local' && item.e !== 'value') continue;
    const value = workspace.exported(file, item.name);
    if (value.k !== 'object') continue;
    visitFile(facts, (part) => {
      if (found || part.k !== 'member' || PLATFORM(part.name) || part.name.startsWith('NEXT_PUBLIC_')) return;
      if (
        part.of.k === 'member' &&
        part.of.name === 'env' &&
        part.of.of.k === 'ref' &&
        part.of.of.name === 'process'
      )
        found = { name: part.name, at: part.all };
    });
  }
  if (found)
    report({ place: { at: found.at }, message: 'notValidated', data: { name: found.name, module: file } });
}

const VALIDATORS =
  /^(zod|valibot|@t3-oss\/env|envalid|env-var|yup|joi|arktype|effect|@effect|znv|superstruct)/;

interface Example {
  file: FileId;
  names: ReadonlySet<string>;
}

/** The example that belongs to a module: beside it, in its application, or at the root. */
function exampleOf({ file, workspace }: Context): Example | undefined {
  const dirs = [...new Set([packageDir(workspace, file), workspace.app(file)?.root ?? '', ''])];
  for (const dir of dirs)
    for (const name of EXAMPLE_FILES) {
      const path = join(dir, name);
      const facts = path === undefined || !workspace.exists(path) ? undefined : workspace.facts(path);
      if (path === undefined || facts?.kind !== 'env') continue;
      const commented = facts.comments.flatMap(
        ({ text }) => /^\s*(?:export\s+)?(\w+)\s*=/.exec(text)?.[1] ?? [],
      );
      return { file: path, names: new Set([...facts.entries.map(({ key }) => key), ...commented]) };
    }
  return undefined;
}

function isReExported({ file, workspace }: Context): boolean {
  return workspace
    .importers(file)
    .some((importer) =>
      workspace
        .tsFacts(importer)
        ?.exports.some(
          (item) => (item.e === 'star' || item.e === 'from') && leadsTo(workspace, importer, item.spec, file),
        ),
    );
}

function leadsTo(workspace: Context['workspace'], file: FileId, spec: string, module: FileId): boolean {
  const target = workspace.target(file, spec);
  return target.t === 'file' && target.file === module;
}

/** Uses are recognised by the name of what they read from. */
function isNamedEnv(facts: TsFacts): boolean {
  return facts.exports.some((item) => item.e !== 'star' && /env/i.test(item.name));
}

function isUsed({ file, workspace }: Context, { name }: EnvVariable): boolean {
  const others = (key: string): boolean => workspace.usingVariable(key).some((user) => user !== file);
  return (
    others(name) ||
    workspace.importers(file).some((importer) => workspace.usingVariable('*').includes(importer))
  );
}

/** `env.X` of a module whose schema has no X, and server variables in client code. */
function checkReads({ file, role, workspace, report }: Context, facts: TsFileFacts): void {
  const modules = new Map<number, { file: FileId; variables: EnvVariable[]; t3: boolean }>();
  for (const item of facts.imports) {
    if (item.typeOnly || !/env/i.test(item.spec + item.names.map(({ imported }) => imported).join()))
      continue;
    const target = workspace.target(file, item.spec);
    const module = target.t === 'file' ? workspace.tsFacts(target.file) : undefined;
    const variables = module && findVariables(module);
    if (target.t !== 'file' || !module || !variables?.length) continue;
    const t3 = module.imports.some(({ spec }) => spec.startsWith('@t3-oss/env'));
    for (const named of item.names)
      if (isWholeResult(module, named.imported)) modules.set(named.b, { file: target.file, variables, t3 });
  }
  if (modules.size === 0) return;
  const isClient = facts.directives.includes('use client') || role === 'client';
  visitFile(facts, (value) => {
    if (value.k !== 'member' || value.of.k !== 'ref' || !/^[A-Z][A-Z0-9_]+$/.test(value.name)) return;
    const module = modules.get(value.of.b);
    if (!module) return;
    const { name, at } = value;
    const variable = module.variables.find((candidate) => candidate.name === name);
    if (!variable && !isExtended(workspace, module.file))
      report({
        place: { at },
        message: 'notInSchema',
        data: { name, module: module.file },
        fixes: [{ recipe: 'add-to-schema', data: { name, module: module.file } }],
      });
    else if (variable?.scope === 'server' && isClient && module.t3 && !PLATFORM(name))
      report({ place: { at }, message: 'clientRead', severity: 'error', data: { name } });
  });
}

/** Whether an export is what the schema made: not a function, and nothing picked or added by hand. */
function isWholeResult(facts: TsFacts, name: string): boolean {
  if (!/^(env|environment|serverEnv|clientEnv|default)$/i.test(name)) return false;
  const item = facts.exports.find((candidate) => candidate.e !== 'star' && candidate.name === name);
  if (item?.e === 'value') return item.value.k === 'call';
  if (item?.e !== 'local') return false;
  let whole = false;
  visitSteps(facts.functions[0]?.body ?? [], {
    step: (step) => {
      if (step.s !== 'let' || step.b !== item.b) return;
      const { value } = step;
      whole = value.k === 'call' || (value.k === 'member' && value.name === 'data');
    },
  });
  return whole;
}

/** A schema that has more than is written there: `extends: [vercel()]`, a spread, a loose object. */
function isExtended(workspace: Context['workspace'], file: FileId): boolean {
  const facts = workspace.tsFacts(file);
  let found = false;
  if (facts)
    visitFile(facts, (value) => {
      if (value.k === 'object' && value.props.some((prop) => prop.p !== 'prop' || prop.name === 'extends'))
        found = true;
      if (
        value.k === 'member' &&
        /^(looseObject|passthrough|loose|catchall|merge|extend|transform)$/.test(value.name)
      )
        found = true;
      return !found;
    });
  return found;
}

/** `env: { SECRET: process.env.SECRET }` in next.config. */
function checkConfig({ workspace, file, report }: Context, facts: TsFileFacts): void {
  visitFile(facts, (value) => {
    if (value.k !== 'object') return;
    for (const prop of value.props) {
      if (prop.p !== 'prop' || prop.name !== 'env' || prop.value.k !== 'object') continue;
      for (const variable of prop.value.props) {
        if (variable.p !== 'prop' || variable.name.startsWith('NEXT_PUBLIC_')) continue;
        if (variable.value.k === 'lit' || PLATFORM(variable.name)) continue;
        const module = envModuleFor(workspace, file, variable.name);
        const schema = module === undefined ? undefined : workspace.tsFacts(module);
        const isServer =
          schema &&
          findVariables(schema).some(({ name, scope }) => name === variable.name && scope === 'server');
        if (isServer || SECRET.test(variable.name) || /(_KEY|_TOKEN)$/.test(variable.name))
          report({
            place: { at: variable.at },
            message: 'exposed',
            severity: 'error',
            data: { name: variable.name },
          });
      }
    }
  });
}
