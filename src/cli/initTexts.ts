/** What `init` writes: the texts of the files, made from what was found. */

/** What the configuration tells of an application; paths are from the workspace root. */
export interface FoundApp {
  name: string;
  folder: string;
  schema: string;
  actionsIn: string | undefined;
  servicesIn: string | undefined;
  validationsIn: string | undefined;
}

/** The part of AGENTS.md that is ours; everything around it is the team's. */
const sectionStart = '<!-- backend-specialist:start -->';
const sectionEnd = '<!-- backend-specialist:end -->';

/** Names come from the workspace: as JSON they stay on their line. */
const quoted = (text: string): string => JSON.stringify(text);

function foundLines(apps: readonly FoundApp[]): string[] {
  return apps.flatMap((app) => {
    const folders = (
      [
        ['actions', app.actionsIn],
        ['services', app.servicesIn],
        ['validations', app.validationsIn],
      ] as const
    ).flatMap(([what, where]) => (where === undefined ? [] : [`${what} in ${quoted(where)}`]));
    const parts = [`schema ${quoted(app.schema)}`, ...folders];
    return [`  //   ${quoted(app.name)} in ${quoted(app.folder)}: ${parts.join(', ')}`];
  });
}

/**
 * A configuration that changes nothing and shows where to change what.
 * @param schema address of the JSON schema, for editors without the extension; `undefined` when it is not installed
 */
export function configText(apps: readonly FoundApp[], schema: string | undefined): string {
  return [
    '{',
    ...(schema === undefined ? [] : [`  "$schema": ${quoted(schema)},`]),
    '  // Found without any configuration; "conventions" says where things are when they are not found:',
    ...foundLines(apps),
    '  "preset": "recommended", // or "strict", "security", "migrations-only"',
    '  "rules": {},',
    '}',
    '',
  ].join('\n');
}

export interface WorkflowOptions {
  version: string;
  /** The workspace from the root of the repository, `''` for the root itself. */
  folder: string;
  /** From the workspace; `undefined` when there is none. */
  baseline: string | undefined;
}

/** A GitHub workflow that checks pull requests and annotates their lines. */
export function workflowText({ version, folder, baseline }: WorkflowOptions): string {
  const known = baseline === undefined ? '' : ` --baseline ${baseline}`;
  return `name: Backend Specialist
on:
  pull_request:
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0 # the base branch says which migrations are new
      - uses: actions/setup-node@v4
        with:
          node-version: 22
      - run: npx --yes backend-specialist@${version} check --format github${known}
${folder === '' ? '' : `        working-directory: ${quoted(folder)}\n`}`;
}

const section = `${sectionStart}
## Backend

Before you look for actions, routes, services or models, read \`doc/documentation/backend-map.md\`, or ask the MCP server
(\`npx backend-specialist mcp\`): both know every entry point with its guard, what it validates and what it writes.

After every change of server code, schema or migrations:

- \`npx backend-specialist check --changed\` must report no error. \`npx backend-specialist explain RULE\` says why a rule is there and what to do;
  a suppression comment needs a reason behind \`--\`.
- \`npx backend-specialist map --write\` brings the map up to date.
- \`npx backend-specialist commit-msg --suggest\` proposes the message of the staged change.

Migrations are made by \`npx prisma migrate dev\` alone, and one that destroys data is agreed on by a person first.
${sectionEnd}`;

/**
 * The file with our section as it is today: behind the team's text when it has none yet.
 * @param before `undefined` when there is no such file
 * @returns `undefined` when the markers of the section are damaged, so that it is not clear what is ours
 */
export function agentsText(before: string | undefined): string | undefined {
  if (before === undefined || before.trim() === '') return `${section}\n`;
  const eol = before.includes('\r\n') ? '\r\n' : '\n';
  const own = section.replaceAll('\n', eol);
  const starts = before.split(sectionStart).length - 1;
  const ends = before.split(sectionEnd).length - 1;
  if (starts === 0 && ends === 0) return `${before.replace(/\s*$/, '')}${eol}${eol}${own}${eol}`;
  const from = before.indexOf(sectionStart);
  const to = before.indexOf(sectionEnd);
  if (starts !== 1 || ends !== 1 || to < from) return undefined;
  return before.slice(0, from) + own + before.slice(to + sectionEnd.length);
}
