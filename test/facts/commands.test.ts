import { beforeAll, describe, expect, test } from 'vitest';
import {
  classifyCommandFile,
  commandOfWords,
  extractCommands,
  loadShellParser,
  parseCommandLine,
} from '../../src/facts/commands.ts';
import type { Command, CommandFileKind } from '../../src/facts/commandsModel.ts';
import { checkExtractor } from './spans.ts';

beforeAll(loadShellParser);

const line = (command: Command): string => command.effective.map((word) => word.value).join(' ');
const lines = (text: string): string[] => parseCommandLine(text).map(line);
const found = (kind: CommandFileKind, text: string): [string, string][] =>
  extractCommands(kind, text).commands.map((command) => [command.script, line(command)]);

/** Every word whose source is plain text must be cut out of the file exactly. */
function expectExact(kind: CommandFileKind, text: string, words: string[]): void {
  const all = extractCommands(kind, text).commands.flatMap((command) => command.effective);
  for (const value of words) {
    const word = all.find((candidate) => candidate.value === value);
    if (!word) throw new Error(`no word ${value}`);
    expect(text.slice(word.span.start, word.span.end)).toBe(value);
  }
}

describe('parseCommandLine', () => {
  test.each<[string, string[]]>([
    ['npx prisma migrate reset --force', ['prisma migrate reset --force']],
    ['npx -y prisma@7 db push', ['prisma@7 db push']],
    ['pnpm exec prisma migrate dev', ['prisma migrate dev']],
    ['pnpm --filter db exec prisma migrate dev', ['prisma migrate dev']],
    ['pnpm prisma migrate dev', ['prisma migrate dev']],
    ['yarn workspace db prisma migrate dev', ['prisma migrate dev']],
    ['yarn dlx prisma generate', ['prisma generate']],
    ['bunx --bun prisma db push', ['prisma db push']],
    ['dotenv -e .env.test -- prisma migrate deploy', ['prisma migrate deploy']],
    ['npx dotenv-cli -e .env -- npx prisma db push', ['prisma db push']],
    ['cross-env NODE_ENV=test A=b prisma db push', ['prisma db push']],
    ['env -i A=b prisma db push', ['prisma db push']],
    ['sudo -u postgres dropdb app', ['dropdb app']],
    ['time nice -n 5 prisma generate', ['prisma generate']],
    ['docker compose exec -T -e A=b db psql -c x', ['psql -c x']],
    ['kubectl exec -n app pod -- prisma migrate reset', ['prisma migrate reset']],
    ['doppler run -- prisma migrate deploy', ['prisma migrate deploy']],
    ['echo y | xargs -n 1 prisma migrate', ['echo y', 'prisma migrate']],
    [
      `bash -c 'npx prisma generate && next build'`,
      [`bash -c npx prisma generate && next build`, 'prisma generate', 'next build'],
    ],
    [`sh -lc "cd x; prisma db push"`, ['sh -lc cd x; prisma db push', 'cd x', 'prisma db push']],
    [
      'concurrently "prisma studio" "next dev"',
      ['concurrently prisma studio next dev', 'prisma studio', 'next dev'],
    ],
    [
      'if true; then dropdb x; fi; (cd a && prisma generate)',
      ['true', 'dropdb x', 'cd a', 'prisma generate'],
    ],
    ['X=$(prisma version) next build', ['prisma version', 'next build']],
    [
      './node_modules/.bin/prisma migrate reset # not this: dropdb',
      ['./node_modules/.bin/prisma migrate reset'],
    ],
    ['cat <<EOF\ndropdb x\nEOF\n', ['cat']],
    ['# prisma migrate reset', []],
  ])('%s', (text, expected) => {
    expect(lines(text).toSorted()).toEqual(expected.toSorted());
  });

  test('collects environment and files around a command', () => {
    const [command] = parseCommandLine(
      'A=1 cross-env B=2 dotenv -e .env.test -v C=3 -- env D=4 prisma db push',
    );
    expect(command?.env.map((entry) => [entry.name, entry.value, entry.from])).toEqual([
      ['A', '1', 'prefix'],
      ['B', '2', 'wrapper'],
      ['C', '3', 'wrapper'],
      ['D', '4', 'wrapper'],
    ]);
    expect(command?.envFiles.map((file) => file.value)).toEqual(['.env.test']);
    expect(command?.wrappers).toEqual(['cross-env', 'dotenv', 'env']);
    expect(parseCommandLine('export A=b\nprisma db push')[0]?.env).toMatchObject([
      { name: 'A', value: 'b', from: 'export' },
    ]);
  });

  test('records scripts that run scripts', () => {
    expect(
      parseCommandLine('npm run db:reset && pnpm build:all && run-s a b && npm test').flatMap((command) =>
        command.scripts.map((script) => script.name),
      ),
    ).toEqual(['db:reset', 'build:all', 'a', 'b', 'test']);
  });

  test('knows what stands between commands', () => {
    expect(parseCommandLine('a && b || c | d; e').map((command) => command.chain.operator)).toEqual([
      'first',
      '&&',
      '||',
      '|',
      ';',
    ]);
  });

  test('decodes quotes and keeps places', () => {
    const text = `psql -c "DROP \\"é\\" x" 'a b'c $'t\\x41' --x="$Y"`;
    const words = parseCommandLine(text)[0]?.argv ?? [];
    expect(words.map((word) => word.value)).toEqual(['psql', '-c', 'DROP "é" x', 'a bc', 'tA', '--x=$Y']);
    expect(words.map((word) => word.dynamic)).toEqual([false, false, false, false, false, true]);
    expect(words.map((word) => text.slice(word.span.start, word.span.end))).toEqual([
      'psql',
      '-c',
      `"DROP \\"é\\" x"`,
      `'a b'c`,
      `$'t\\x41'`,
      `--x="$Y"`,
    ]);
  });

  test('a nested script keeps places in the outer text', () => {
    const text = `bash -c 'x && npx prisma migrate reset'`;
    const inner = parseCommandLine(text).at(-1);
    expect(inner?.wrappers).toEqual(['bash', 'npx']);
    expect(inner?.effective.map((word) => text.slice(word.span.start, word.span.end))).toEqual([
      'prisma',
      'migrate',
      'reset',
    ]);
  });

  test('input of a command: here-document, here-string, pipe, file', () => {
    expect(parseCommandLine('psql <<EOF\nDROP TABLE x;\nEOF\n')[0]?.stdin?.value).toBe('DROP TABLE x;\n');
    expect(parseCommandLine('psql <<< "DROP TABLE x"')[0]?.stdin?.value).toBe('DROP TABLE x');
    expect(parseCommandLine('echo "DROP TABLE x" | psql')[1]?.stdin?.value).toBe('DROP TABLE x');
    expect(parseCommandLine('psql db < dump.sql')[0]?.inputFile?.value).toBe('dump.sql');
  });

  test('words that no shell reads', () => {
    const text = `['npx', 'prisma', 'migrate', 'reset']`;
    const words = ['npx', 'prisma', 'migrate', 'reset'].map((value) => {
      const start = text.indexOf(value) - 1;
      return { value, span: { start, end: start + value.length + 2 }, dynamic: false };
    });
    expect(commandOfWords(words).map(line)).toEqual(['prisma migrate reset']);
  });
});

describe('extractCommands', () => {
  test('package.json: scripts with escapes', () => {
    const text = `{ "name": "é", "scripts": {\n  "reset": "dotenv -e .env -- prisma migrate reset",\n  "seed": "psql -c \\"DROP TABLE \\\\\\"x\\\\\\"\\" && tsx a.ts"\n} }`;
    expect(found('package-json', text)).toEqual([
      ['reset', 'prisma migrate reset'],
      ['seed', 'psql -c DROP TABLE "x"'],
      ['seed', 'tsx a.ts'],
    ]);
    expectExact('package-json', text, ['migrate', 'reset', 'psql', 'tsx']);
  });

  test('GitHub workflow: block scalars, step names, environment', () => {
    const text = `name: ci\njobs:\n  e2e:\n    env:\n      DATABASE_URL: postgres://x/app_test\n    steps:\n      - uses: actions/checkout@v4\n      - name: Reset é\n        run: |\n          # not: dropdb x\n          npx prisma migrate reset --force\n\n            echo \${{ secrets.X }}\n          pnpm build\n      - run: >-\n          npx prisma\n          generate\n      - run: "npx prisma \\"db\\" push"\n      - run: npx prisma db seed # comment\n      - shell: python\n        run: print("dropdb x")\n`;
    expect(found('github', text)).toEqual([
      ['Reset é', 'prisma migrate reset --force'],
      ['Reset é', 'echo ${{ secrets.X }}'],
      ['Reset é', 'pnpm build'.replace('pnpm ', 'pnpm ')],
      ['e2e', 'prisma generate'],
      ['e2e', 'prisma db push'],
      ['e2e', 'prisma db seed'],
    ]);
    expectExact('github', text, ['migrate', 'reset', '--force', 'generate', 'push', 'seed']);
    const facts = extractCommands('github', text);
    expect(facts.commands[0]?.env).toMatchObject([
      { name: 'DATABASE_URL', value: 'postgres://x/app_test', from: 'file' },
    ]);
    expect(facts.comments.map((comment) => comment.text)).toEqual(['not: dropdb x', 'comment']);
  });

  test('GitLab, CircleCI, compose', () => {
    expect(
      found(
        'gitlab',
        'test:\n  before_script:\n    - npm ci\n  script:\n    - npx prisma migrate reset -f\n    - |\n      a\n      b\n',
      ),
    ).toEqual([
      ['test', 'npm ci'],
      ['test', 'prisma migrate reset -f'],
      ['test', 'a'],
      ['test', 'b'],
    ]);
    expect(
      found(
        'circleci',
        'jobs:\n  build:\n    steps:\n      - checkout\n      - run: npm ci\n      - run:\n          name: Reset\n          command: npx prisma migrate reset\n',
      ),
    ).toEqual([
      ['build', 'npm ci'],
      ['Reset', 'prisma migrate reset'],
    ]);
    expect(
      found(
        'compose',
        'services:\n  web:\n    command: sh -c "npx prisma db push"\n    environment:\n      - A=b\n  job:\n    command: ["npx", "prisma", "migrate", "reset"]\n',
      ).map(([, text]) => text),
    ).toEqual(['sh -c npx prisma db push', 'prisma db push', 'prisma migrate reset']);
  });

  test('Dockerfile: shell form, exec form, here-document', () => {
    const text = `FROM node:20\n# a comment\nENV DATABASE_URL=postgres://x/app\nRUN npm ci && \\\n    npx prisma migrate reset --force\nRUN <<EOF\nnpx prisma generate\nEOF\nCMD ["sh", "-c", "npx prisma db push && node server.js"]\nENTRYPOINT ["npx", "prisma studio"]\n`;
    expect(found('dockerfile', text)).toEqual([
      ['RUN', 'npm ci'],
      ['RUN', 'prisma migrate reset --force'],
      ['RUN', 'prisma generate'],
      ['CMD', 'sh -c npx prisma db push && node server.js'],
      ['CMD', 'prisma db push'],
      ['CMD', 'node server.js'],
      ['ENTRYPOINT', 'prisma studio'],
    ]);
    expectExact('dockerfile', text, ['migrate', 'reset', '--force', 'generate', 'push', 'server.js']);
  });

  test('Makefile and justfile', () => {
    const make = `DB := dropdb x\n.PHONY: reset\nreset: build ## dropdb y\n\t@echo "dropdb z"\n\t-npx prisma migrate reset $(FLAGS) \\\n\t  --force\n\tfor i in $$LIST; do dropdb $$i; done\n`;
    expect(found('makefile', make)).toEqual([
      ['reset', 'echo dropdb z'],
      ['reset', 'prisma migrate reset ${FLAGS} --force'],
      ['reset', 'dropdb $i'],
    ]);
    expectExact('makefile', make, ['migrate', '--force']);
    const beside =
      'push: build ; @npx prisma db push # a; b\nA := x; dropdb a\nb: C = x; dropdb c\nd: # e; dropdb f\ng: ; dropdb h && \\\n\tdropdb i\n';
    expect(found('makefile', beside)).toEqual([
      ['push', 'prisma db push'],
      ['g', 'dropdb h'],
      ['g', 'dropdb i'],
    ]);
    expectExact('makefile', beside, ['push', 'h']);
    const just = `set shell := ["bash", "-c"]\n# a comment\nreset name="x": build\n    @npx prisma migrate reset\n    dropdb {{name}}\n\nscript:\n    #!/usr/bin/env bash\n    if true; then\n      dropdb y\n    fi\n\npy:\n    #!/usr/bin/env python\n    dropdb z\n`;
    expect(found('justfile', just)).toEqual([
      ['reset', 'prisma migrate reset'],
      ['reset', 'dropdb {{name}}'],
      ['script', 'true'],
      ['script', 'dropdb y'],
    ]);
    expectExact('justfile', just, ['migrate', 'y']);
  });

  test('VS Code tasks, MCP servers, hosting settings', () => {
    const text = `{ // tasks\n "tasks": [{ "label": "reset", "command": "npx prisma migrate reset", "options": { "env": { "A": "b" } } },\n {"label":"two","command":"npx","args":["prisma","db","push"]}],\n "buildCommand": "prisma generate" }`;
    expect(found('json-tasks', text)).toEqual([
      ['reset', 'prisma migrate reset'],
      ['two', 'prisma db push'],
      ['', 'prisma generate'],
    ]);
    expectExact('json-tasks', text, ['migrate', 'push']);
  });

  test('targets of Nx, development containers, phases of a build', () => {
    const text = `{ "targets": { "reset": { "executor": "nx:run-commands", "options": {
  "commands": ["npx prisma migrate reset", { "command": "npx prisma db push" }], "env": { "A": "b" } } },
  "push": { "command": "prisma generate", "inputs": ["command"], "dependsOn": ["reset"] } },
 "postCreateCommand": { "db": "dropdb x", "web": ["npm", "ci"] }, "onCreateCommand": ["npx", "prisma", "db push"],
 "phases": { "build": { "cmds": ["dropdb y && dropdb z"] } }, "description": "dropdb w" }`;
    expect(found('json-tasks', text)).toEqual([
      ['reset', 'prisma migrate reset'],
      ['reset', 'prisma db push'],
      ['push', 'prisma generate'],
      ['db', 'dropdb x'],
      ['web', 'npm ci'],
      ['', 'prisma db push'],
      ['build', 'dropdb y'],
      ['build', 'dropdb z'],
    ]);
    expectExact('json-tasks', text, ['migrate', 'generate', 'ci']);
  });

  test('targets of Nx in package.json', () => {
    const text = `{ "scripts": { "a": "dropdb a" }, "nx": { "targets": { "b": { "command": "dropdb b" } } }, "command": "dropdb c" }`;
    expect(found('package-json', text)).toEqual([
      ['a', 'dropdb a'],
      ['b', 'dropdb b'],
    ]);
  });

  test('TOML: hosting settings, tasks, MCP servers', () => {
    const text = `app = "shop" # dropdb a
[env]
DATABASE_URL = "postgres://x/app"
command = "dropdb b"
[deploy]
release_command = "npx prisma migrate reset --force"
[processes]
web = "npm start"
[experimental]
cmd = ["npx", "prisma", "db push"]
[phases.build]
cmds = [ 'npx prisma generate', """
npx prisma migrate \\
   status""" ]
[[redirects]]
from = "dropdb c"
[tasks."db:reset"]
run = "echo \\u0041 && dropdb d"
[mcp_servers.prisma]
command = "npx -y"
args = ["prisma", "mcp"]
env = { TOKEN = "dropdb e" }
[context.production]
command = "dropdb f"
environment = { B = "c" }
`;
    expect(found('toml', text)).toEqual([
      ['deploy', 'prisma migrate reset --force'],
      ['web', 'npm start'],
      ['experimental', 'prisma db push'],
      ['build', 'prisma generate'],
      ['build', 'prisma migrate status'],
      ['db:reset', 'echo A'],
      ['db:reset', 'dropdb d'],
      ['prisma', 'prisma mcp'],
      ['production', 'dropdb f'],
    ]);
    expectExact('toml', text, ['reset', '--force', 'generate', 'status', 'mcp']);
    const { commands, comments } = extractCommands('toml', text);
    expect(commands[0]?.env.map(({ name }) => name)).toEqual(['DATABASE_URL', 'command']);
    expect(commands.at(-1)?.env.map(({ name }) => name)).toEqual(['DATABASE_URL', 'command', 'B']);
    expect(comments.map((comment) => comment.text)).toEqual(['dropdb a']);
  });

  test.each([
    ['a half-written line', '[build\n', ''],
    ['a key without a value', '', 'x =\n'],
    ['a key that is there twice', '', 'release_command = "dropdb y"\n'],
    ['a text that does not end', '', 'y = "dropdb z\n'],
    ['a list that does not end', '', 'z = [1,\n'],
    ['a block of text that does not end', '', 'z = """a\n\n'],
  ])('TOML with %s: the rest is read, the mistake told', (_, before, after) => {
    const text = `${before}[deploy]\nrelease_command = "dropdb x"\n${after}`;
    expect(found('toml', text)).toEqual([['deploy', 'dropdb x']]);
    const { problems } = extractCommands('toml', text);
    expect(problems.length).toBeGreaterThan(0);
    for (const { span } of problems) {
      expect(span.start).toBeLessThanOrEqual(span.end);
      expect(span.end).toBeLessThanOrEqual(text.length);
    }
  });

  test('TOML that is none has no commands', () => {
    expect(found('toml', 'x ]= dropdb x\n'.repeat(30))).toEqual([]);
  });

  test('Markdown: fenced blocks of shell code only', () => {
    const text = `# Reset é\n\nRun \`dropdb a\`.\n\n\`\`\`bash\n# comment\nnpx prisma migrate reset\n\`\`\`\n\n\`\`\`ts\ndropdb();\n\`\`\`\n\n- item\n  \`\`\`console\n  $ npx prisma db push\n  Pushed dropdb\n  \`\`\`\n`;
    expect(found('markdown', text)).toEqual([
      ['Reset é', 'prisma migrate reset'],
      ['Reset é', 'prisma db push'],
    ]);
    expectExact('markdown', text, ['migrate', 'push']);
  });

  test.each<[CommandFileKind, string]>([
    ['package-json', '{ "scripts": { "a\\u00e9": "npx prisma \\"migrate\\" && bash -c \'x \\\\n y\'" } }'],
    ['shell', `if [ -f x ]; then npx prisma "$A" <<EOF\nfoo\nEOF\nfi; bash -c 'a "b"'`],
    [
      'github',
      'jobs:\n  a:\n    env: { A: b }\n    steps:\n      - run: |\n          npx é\n      - run: "x \\u0041"\n',
    ],
    ['compose', 'services:\n  a:\n    command: ["a", "b"]\n    environment:\n      - A=b\n'],
    ['dockerfile', 'FROM a\nENV A=b\nRUN a \\\n  b\nCMD ["a", "b\\"c"]\nRUN <<EOF\na\nEOF\n'],
    ['makefile', 'a: b\n\t@x $$y $(Z) \\\n\t w\n'],
    ['justfile', 'a:\n  @x {{y}}\nb:\n  #!/bin/sh\n  z\n'],
    ['json-tasks', '{"tasks":[{"label":"a","command":"x","args":["y"],"env":{"A":"b"}}]}'],
    ['markdown', '# a\n```sh\nx\n```\n'],
    [
      'toml',
      '[a.b]\nrun = ["x", \'y\']\n[env]\nA = "b"\n[c]\ncommand = """\nx \\\n y"""\nargs = ["z"]\nd = { run = "é" }\n',
    ],
  ])('%s: any text gives spans inside the text and never throws', (kind, sample) => {
    checkExtractor((text) => extractCommands(kind, text), sample, [
      'RUN ',
      'run: |\n',
      '- ',
      ': ',
      '\t',
      '{',
      '}',
      '[',
      ']',
      '```sh\n',
      '$(',
      '`',
      '&&',
      '|',
      '<<EOF\n',
      '\\',
    ]);
  });
});

describe('classifyCommandFile', () => {
  test.each<[string, CommandFileKind | undefined]>([
    ['package.json', 'package-json'],
    ['apps/web/package.json', 'package-json'],
    ['.github/workflows/ci.yml', 'github'],
    ['.gitlab-ci.yml', 'gitlab'],
    ['.circleci/config.yml', 'circleci'],
    ['docker-compose.test.yml', 'compose'],
    ['compose.yaml', 'compose'],
    ['Dockerfile.prod', 'dockerfile'],
    ['Makefile', 'makefile'],
    ['justfile', 'justfile'],
    ['.vscode/tasks.json', 'json-tasks'],
    ['apps/web/project.json', 'json-tasks'],
    ['.devcontainer/devcontainer.json', 'json-tasks'],
    ['nixpacks.json', 'json-tasks'],
    ['fly.toml', 'toml'],
    ['fly.production.toml', 'toml'],
    ['netlify.toml', 'toml'],
    ['apps/web/railway.toml', 'toml'],
    ['nixpacks.toml', 'toml'],
    ['.mise.toml', 'toml'],
    ['.codex/config.toml', 'toml'],
    ['Cargo.toml', undefined],
    ['config.toml', undefined],
    ['turbo.json', undefined],
    ['AGENTS.md', 'markdown'],
    ['.claude/skills/db/SKILL.md', 'markdown'],
    ['scripts/reset.sh', 'shell'],
    ['.husky/pre-commit', 'shell'],
    ['README.md', undefined],
    ['lib/compose.ts', undefined],
    ['tsconfig.json', undefined],
  ])('%s is %s', (path, kind) => {
    expect(classifyCommandFile(path)).toBe(kind);
  });
});
