import { z } from 'zod';
import { dirname } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import type { FileFacts } from '../../facts/model.ts';
import type { FileRole } from '../../project/model.ts';
import { dependencyRange } from '../../workspace/dependencies.ts';
import { runtimeImports, typeImports } from '../../workspace/serverReach.ts';
import type { ServerKind, ServerReach } from '../../workspace/serverReach.ts';
import { defineRule } from '../rule.ts';
import type { Related, RuleContext } from '../rule.ts';

type TsFileFacts = Extract<FileFacts, { kind: 'ts' }>;
type Context = RuleContext<object>;

const WHAT: { [kind in ServerKind]: string } = {
  db: 'the database client',
  env: 'the environment with its secrets',
  auth: 'the authentication with its secret',
  marked: 'a module that is marked `server-only`',
};

const IGNORED: ReadonlySet<FileRole> = new Set(['tooling', 'generated', 'config', 'schema', 'migration']);

/** Ways of more imports than these are cut in the middle. */
const MAX_STEPS = 8;

/** Tooling imports what it needs nearly directly. */
const MAX_IMPORTERS = 100;

export const rule = defineRule({
  meta: {
    id: 'server-only',
    title:
      'Client components do not import the database, the environment or the authentication, directly or through others.',
    sections: ['S5'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      direct:
        'This client component imports {what} ({target}). It becomes part of what browsers load: the build fails, or it breaks there and shows how the server works. Call a Server Action, or have a server component hand the data over.',
      through:
        'This client component imports {what} ({target}) by way of {via}. All of it becomes part of what browsers load: the build fails, or it breaks there. Move what the client needs into a module that imports nothing of the server.',
      typesOnly:
        'Only types of {target} are used here, and one value more would bring {what} to the browser. Write `import type`, so that it stays so.',
      unmarked:
        "{what} may be imported by a client component without anybody noticing before the build. This project depends on server-only, and this module does not import it. Add `import 'server-only'`.",
    },
  },
  check(context) {
    const { facts, role } = context;
    if (facts.kind !== 'ts' || IGNORED.has(role)) return;
    if (facts.directives.includes('use client')) {
      if (!hasDataFunction(facts)) checkClient(context, facts);
    } else if (role === 'db' || role === 'service') checkMark(context, facts);
  },
});

/** A page of the Pages Router: what its data functions use is taken out of the browser's part. */
function hasDataFunction(facts: TsFileFacts): boolean {
  return facts.exports.some(
    (item) =>
      item.e !== 'star' && /^get(ServerSideProps|StaticProps|StaticPaths|InitialProps)$/.test(item.name),
  );
}

function checkClient(context: Context, facts: TsFileFacts): void {
  const { file, workspace } = context;
  const seen = new Set<FileId>();
  const reach = (spec: string): { target: FileId; found: ServerReach } | undefined => {
    const target = workspace.target(file, spec);
    if (target.t !== 'file' || target.file === file || seen.has(target.file)) return undefined;
    if (workspace.tsFacts(target.file)?.directives.includes('use client')) return undefined;
    const found = workspace.serverReach(target.file);
    return found && { target: target.file, found };
  };
  for (const { spec, at } of runtimeImports(facts)) {
    const hit = reach(spec);
    if (!hit) continue;
    seen.add(hit.target);
    const way = wayFrom(context, hit.target, hit.found);
    context.report({
      place: { at },
      message: hit.found.distance === 0 ? 'direct' : 'through',
      data: { what: WHAT[hit.found.kind], target: way.end, via: hit.target },
      related: way.steps,
    });
  }
  for (const item of typeImports(facts)) {
    const hit = reach(item.spec);
    if (!hit) continue;
    context.report({
      place: { at: item.at },
      message: 'typesOnly',
      severity: 'hint',
      data: { target: hit.target, what: WHAT[hit.found.kind] },
      fixes: [{ recipe: 'import-type' }],
    });
  }
}

/** Each import on the way, the last of which leads to the server's module. */
function wayFrom(
  { workspace }: Context,
  first: FileId,
  reach: ServerReach,
): { end: FileId; steps: Related[] } {
  const steps: Related[] = [];
  let file = first;
  let current: ServerReach | undefined = reach;
  while (current?.next && steps.length < MAX_STEPS) {
    const { next }: ServerReach = current;
    if (!next) break;
    steps.push({ place: { file, at: next.at }, message: `${file} imports ${next.file}` });
    file = next.file;
    current = workspace.serverReach(file);
  }
  const why = current && current.distance === 0 ? `This is ${WHAT[current.kind]}.` : 'And so on.';
  steps.push({ place: { file, span: { start: 0, end: 0 } }, message: why });
  return { end: file, steps };
}

/** A hint, where the project has the package: the database is meant to be marked, and services where most of them are. */
function checkMark(context: Context, facts: TsFileFacts): void {
  const { file, workspace, role } = context;
  if (facts.imports.some(({ spec }) => spec === 'server-only') || facts.directives.includes('use server'))
    return;
  if (dependencyRange(workspace, file, 'server-only') === undefined) return;
  if (role === 'service' && (workspace.queries(file).length === 0 || !isMarkedFolder(context))) return;
  // Scripts and tests run without Next.js, where the mark throws.
  if (isUsedByTooling(context)) return;
  context.report({
    place: { at: facts.exports[0]?.at ?? facts.importsEnd },
    message: 'unmarked',
    severity: 'hint',
    data: { what: role === 'db' ? 'The database client' : 'This service' },
    fixes: [{ recipe: 'mark-server-only' }],
  });
}

/** Whether most modules of the folder are marked: what one of them does is no habit yet. */
function isMarkedFolder({ file, workspace }: Context): boolean {
  const others = workspace
    .filesIn(dirname(file))
    .filter((other) => other !== file && workspace.role(other) === 'service');
  const marked = others.filter((other) =>
    workspace.tsFacts(other)?.imports.some(({ spec }) => spec === 'server-only'),
  );
  return marked.length * 2 > others.length;
}

function isUsedByTooling({ file, workspace }: Context): boolean {
  const seen = new Set<FileId>([file]);
  const todo = [file];
  for (let current = todo.pop(); current !== undefined && seen.size < MAX_IMPORTERS; current = todo.pop())
    for (const importer of workspace.importers(current)) {
      if (seen.has(importer)) continue;
      if (workspace.role(importer) === 'tooling') return true;
      seen.add(importer);
      todo.push(importer);
    }
  return false;
}
