import { join, relativeSpecifier } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import { exampleEdit, moduleText, zodRange } from '../../edit/envFiles.ts';
import { readSchema } from '../../edit/envSchema.ts';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { styleOf } from '../../edit/style.ts';
import type { FileEdits } from '../../run/finding.ts';
import { nameMatcher, PLATFORM_VARIABLES } from '../../project/environment.ts';
import { newEnvModule } from '../../workspace/envModules.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export const fixes = [
  defineFix({
    id: 'create-schema',
    title: () => 'Create the env module with these variables, loaded at startup',
    trust: 'suggestion',
    preferred: false,
    edit: createSchema,
  }),
  defineFix({
    id: 'load-at-startup',
    title: () => 'Import it in instrumentation.ts',
    trust: 'suggestion',
    preferred: false,
    edit: (context) => outcome([loadAtStartup(context, context.file)]),
  }),
  defineFix({
    id: 'add-to-schema',
    title: ({ name }) => `Add ${text(name)} to the schema`,
    trust: 'suggestion',
    preferred: false,
    edit: addToSchema,
  }),
  defineFix({
    id: 'add-to-example',
    title: ({ name }) => `List ${text(name)} in the example`,
    trust: 'safe',
    preferred: true,
    edit: (context) =>
      outcome([
        exampleEdit(context, context.file, [text(context.data['name'])]) ?? 'The example lists it already.',
      ]),
  }),
];

function outcome(changes: readonly (FileEdits | string)[]): FixOutcome {
  const done: FileEdits[] = [];
  for (const change of changes) {
    if (typeof change === 'string') return { refuse: change };
    done.push(change);
  }
  return { changes: done };
}

/** Written from the example: addresses and numbers by how their values look there. */
function createSchema(context: FixContext): FixOutcome {
  const { facts, workspace, file } = context;
  const app = workspace.app(file);
  const module = app && newEnvModule(workspace, join(app.root, app.src, 'lib/x.ts') ?? file);
  if (module === undefined || facts.kind !== 'env') return { refuse: 'This file belongs to no application.' };
  const zod = zodRange(context, module);
  if (zod === undefined) return { refuse: 'Zod is not among the dependencies: install it first.' };
  const isV4 = /^[\^~>=\s]*4\b/.test(zod);
  const isPlatform = nameMatcher(PLATFORM_VARIABLES);
  const seen = new Set<string>();
  const variables = facts.entries.flatMap(({ key, shape }) => {
    if (isPlatform(key) || key.startsWith('NEXT_PUBLIC_') || seen.has(key)) return [];
    seen.add(key);
    const isUrl = shape === 'url' || /(^|_)(URL|URI)$/.test(key);
    const url = isV4 ? 'z.url()' : 'z.string().url()';
    return [
      { name: key, type: isUrl ? url : shape === 'number' ? 'z.coerce.number()' : 'z.string().min(1)' },
    ];
  });
  if (variables.length === 0) return { refuse: 'The example lists no variable of the server.' };
  return outcome([
    {
      file: module,
      create: true,
      edits: [{ start: 0, end: 0, text: moduleText(variables, isV4, likeOf(context)) }],
    },
    loadAtStartup(context, module),
  ]);
}

/** A text whose style new files take over. */
function likeOf({ workspace, file, textOf }: FixContext): string {
  const app = workspace.app(file);
  const dir = join(app?.root ?? '', app?.src ?? '', 'app') ?? 'app';
  const page = workspace.filesIn(dir).find((other) => /\.tsx?$/.test(other));
  return (page === undefined ? undefined : textOf(page)) ?? '';
}

function loadAtStartup(context: FixContext, module: FileId): FileEdits | string {
  const { workspace } = context;
  const app = workspace.app(module);
  if (!app) return `${module} belongs to no application; import it where that starts.`;
  const dir = join(app.root, app.src) ?? '';
  const existing = ['ts', 'js', 'mjs']
    .map((extension) => join(dir, `instrumentation.${extension}`) ?? '')
    .find((path) => workspace.exists(path));
  if (existing !== undefined) return `${existing} is there already; import ${module} in its register().`;
  const { quote, semicolon, indent, newline } = styleOf(context.textOf(module) ?? likeOf(context));
  const file =
    join(dir, `instrumentation.${/\.[cm]?ts$/.test(module) ? 'ts' : 'js'}`) ?? 'instrumentation.ts';
  const spec = relativeSpecifier(file, module);
  const lines = [
    '/** Runs once when the server starts: with a variable missing, it does not. */',
    'export async function register() {',
    `${indent}if (process.env.NEXT_RUNTIME === ${quote}nodejs${quote}) await import(${quote}${spec}${quote})${semicolon}`,
    '}',
    '',
  ];
  return { file, create: true, edits: [{ start: 0, end: 0, text: lines.join(newline) }] };
}

function addToSchema(context: FixContext): FixOutcome {
  const { sourceOf, data } = context;
  const name = text(data['name']);
  const module = text(data['module']);
  const source = sourceOf(module);
  if (!source) return { refuse: 'The env module is gone.' };
  const schema = readSchema(source, module);
  if (typeof schema === 'string') return { refuse: schema };
  const added = schema.add([{ name, type: `${schema.zod}.string().min(1)` }]);
  if (typeof added === 'string') return { refuse: added };
  const example = exampleEdit(context, module, [name]);
  return outcome([{ file: module, create: false, edits: added }, ...(example ? [example] : [])]);
}
