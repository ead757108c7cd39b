import { describe, expect, it } from 'vitest';
import { applyFix, findings, messageId, openFixture, requestFix } from '../../../test/kit/check.ts';
import type { Fixture } from '../../../test/kit/check.ts';
import { applyEdits } from '../../edit/applyEdits.ts';

const RULE = 'no-destructive-command';

const shown = (fixture: Fixture): string[] =>
  findings(fixture, RULE).map(
    (finding) =>
      `${finding.severity} «${fixture.engine.text(finding.file)?.slice(finding.start, finding.end) ?? ''}»`,
  );

const judge = async (file: string, text: string, more: Record<string, string> = {}): Promise<string[]> =>
  shown(await openFixture({ [file]: text, ...more }));

const CHILD = `import { exec, execFile, execSync, spawn, spawnSync } from 'node:child_process';\n`;

describe('files', () => {
  it.each<[string, string, string[]]>([
    [
      'package.json',
      '{ "scripts": { "a": "pnpm exec prisma migrate reset", "b": "run-s a" } }',
      ['error «migrate reset»'],
    ],
    [
      'package.json',
      '{ "scripts": { "wipe": "psql \\"$DATABASE_URL\\" -c \\"DROP SCHEMA public CASCADE\\"" } }',
      ['error «\\"DROP SCHEMA public CASCADE\\"»'],
    ],
    ['scripts/x.sh', 'set -e\nif true; then\n  sudo -u postgres dropdb shop\nfi\n', ['error «dropdb»']],
    ['Makefile', 'reset:\n\tnpx prisma db push --force-reset\n', ['error «--force-reset»']],
    ['Makefile', 'reset: build; npx prisma db push --force-reset\n', ['error «--force-reset»']],
    ['justfile', 'reset:\n  npx prisma migrate reset -f\n', ['error «migrate reset»']],
    [
      'Dockerfile',
      'FROM node\nCMD ["npx", "prisma", "migrate", "reset", "--force"]\n',
      ['error «migrate", "reset»'],
    ],
    [
      'compose.yaml',
      'services:\n  web:\n    command: npx prisma db push --accept-data-loss\n',
      ['error «--accept-data-loss»'],
    ],
    [
      '.github/workflows/x.yml',
      'jobs:\n  a:\n    steps:\n      - run: |\n          npm ci\n          npx prisma migrate reset --force\n',
      ['error «migrate reset»'],
    ],
    [
      '.gitlab-ci.yml',
      'deploy:\n  script:\n    - npx prisma migrate reset --force\n',
      ['error «migrate reset»'],
    ],
    [
      '.vscode/tasks.json',
      '{ "tasks": [{ "label": "wipe", "command": "npx", "args": ["prisma", "migrate", "reset"] }] }',
      ['error «migrate", "reset»'],
    ],
    ['CLAUDE.md', '# Rules\n\n```bash\nnpx prisma migrate reset\n```\n', ['warning «migrate reset»']],
    ['.agents/skills/prisma/SKILL.md', '```bash\nprisma migrate reset\n```\n', ['info «migrate reset»']],
    ['package.json', '{ "scripts": { "half": "prisma migrate reset', ['error «migrate reset»']],
    ['scripts/down.sh', 'docker compose down -v\n', ['warning «-v»']],
    ['e2e/setup.sh', 'npx prisma migrate reset --force\n', ['warning «migrate reset»']],
    ['Procfile', 'web: next start\nrelease: npx prisma migrate reset --force\n', ['error «migrate reset»']],
    ['.husky/post-merge', 'npx prisma migrate reset\n', ['error «migrate reset»']],
    ['.cursorrules', '```sh\nnpx prisma migrate reset\n```\n', ['warning «migrate reset»']],
    [
      '.cursor/rules/db.mdc',
      '---\nalwaysApply: true\n---\n\n~~~bash\nnpx prisma migrate reset\n~~~\n',
      ['warning «migrate reset»'],
    ],
    [
      '.github/copilot-instructions.md',
      '1. Reset:\n\n   ```\n   npx prisma migrate reset\n   ```\n',
      ['warning «migrate reset»'],
    ],
    [
      '.mcp.json',
      '{ "mcpServers": { "db": { "command": "npx", "args": ["-y", "prisma", "migrate", "reset"] } } }',
      ['error «migrate", "reset»'],
    ],
    [
      '.claude/settings.json',
      '{ "hooks": { "Stop": [{ "hooks": [{ "type": "command", "command": "npx prisma migrate reset -f" }] }] } }',
      ['error «migrate reset»'],
    ],
    [
      '.vscode/launch.json',
      '{ "configurations": [{ "runtimeExecutable": "npx", "runtimeArgs": ["prisma", "migrate", "reset"] }] }',
      ['error «migrate", "reset»'],
    ],
    [
      'action.yml',
      'runs:\n  using: composite\n  steps:\n    - run: npx prisma migrate reset\n      shell: bash\n',
      ['error «migrate reset»'],
    ],
    [
      '.circleci/config.yml',
      'jobs:\n  a:\n    steps:\n      - run: npm ci\n      - run:\n          name: Schema\n          command: npx prisma migrate reset -f\n',
      ['error «migrate reset»'],
    ],
    [
      '.gitlab-ci.yml',
      '.schema: &schema\n  - npx prisma migrate reset -f\ndeploy:\n  before_script:\n    - [npm ci, "dropdb shop"]\n  script:\n    - *schema\n    - npm run build\n',
      ['error «migrate reset»', 'error «dropdb»'],
    ],
    [
      'compose.yaml',
      'services:\n  db:\n    entrypoint: ["sh", "-c", "dropdb shop && postgres"]\n',
      ['error «dropdb»'],
    ],
    [
      'docker/web.Dockerfile',
      'FROM node\nRUN npm ci && \\\n  npx prisma migrate reset -f\n',
      ['error «migrate reset»'],
    ],
    ['vercel.json', '{ "buildCommand": "prisma migrate reset -f && next build" }', ['error «migrate reset»']],
    // What the platform starts isn't for tests only because a script named so calls it too.
    [
      'package.json',
      '{ "scripts": { "build": "prisma migrate reset -f && next build", "test-all": "npm run build" } }',
      ['error «migrate reset»'],
    ],
  ])('%s: %s', async (file, text, expected) => {
    expect(await judge(file, text)).toEqual(expected);
  });

  it.each<[string, string]>([
    ['package.json', '{ "scripts": { "db:reset:test": "prisma migrate reset --force" } }'],
    [
      'package.json',
      '{ "scripts": { "wipe": "prisma migrate reset --force", "ci": "dotenv -e .env.test -- npm run wipe" } }',
    ],
    ['package.json', '{ "scripts": { "migrate": "prisma migrate dev --name reset" } }'],
    ['scripts/x.sh', 'echo "prisma migrate reset"\n# dropdb shop\ngit commit -m "prisma migrate reset"\n'],
    ['scripts/x.sh', 'DATABASE_URL=postgres://localhost/shop_test npx prisma migrate reset\n'],
    ['scripts/x.sh', 'psql -c "DELETE FROM orders WHERE id = 1"\n'],
    ['docker-compose.yml', 'services:\n  db:\n    image: postgres # dropdb\n'],
    [
      '.github/workflows/x.yml',
      'jobs:\n  a:\n    env:\n      DATABASE_URL: postgres://a:b@localhost/app_test\n    steps:\n      - run: npx prisma migrate reset --force\n',
    ],
    ['CLAUDE.md', 'Never run `prisma migrate reset`.\n\n```ts\nconst a = "prisma migrate reset";\n```\n'],
    ['docs/README.md', '```bash\nnpx prisma migrate reset\n```\n'],
    ['CLAUDE.md', '```\nscripts/ prisma migrate reset\n├── reset.ts # npx prisma migrate reset\n```\n'],
    ['Makefile', 'test-db:\n\tnpx prisma migrate reset --force\n'],
  ])('%s is silent: %s', async (file, text) => {
    expect(await judge(file, text)).toEqual([]);
  });

  it.each([
    'NODE_ENV=test DATABASE_URL=$PROD_DATABASE_URL npx prisma migrate reset',
    'NODE_ENV=test DATABASE_URL=postgres://app@db.prod.example.com/shop npx prisma migrate reset',
    'DATABASE_URL=postgres://localhost/test-prod npx prisma migrate reset',
    'dotenv -e .env.test -e .env.production -- npx prisma migrate reset',
    'dotenv -e .env.test.production -- npx prisma migrate reset',
    'NODE_ENV=production dotenv -e .env.test -- npx prisma migrate reset',
  ])('what is named for tests and aimed elsewhere is reported: %s', async (line) => {
    expect(await judge('scripts/x.sh', `${line}\n`)).toEqual(['error «migrate reset»']);
    // A name for tests around it is no better.
    expect(
      await judge('package.json', JSON.stringify({ scripts: { 'test:reset': line.replaceAll('"', '') } })),
    ).toEqual(['error «migrate reset»']);
  });

  it.each([
    ['dropdb -h test shop', ['error «dropdb»']],
    ['DATABASE_URL=postgres://test.example.com/shop npx prisma migrate reset', ['error «migrate reset»']],
    ['dropdb -h prod.example.com -U app shop_test', []],
    ['DATABASE_URL=postgres://db.prod.example.com/shop_test npx prisma migrate reset', []],
  ])('only the database’s own name counts: %s', async (line, expected) => {
    expect(await judge('scripts/x.sh', `${line}\n`)).toEqual(expected);
  });

  it('a script that other scripts call for production as well is reported', async () => {
    expect(
      await judge(
        'package.json',
        '{ "scripts": { "wipe": "prisma migrate reset", "a": "dotenv -e .env.test -- npm run wipe", "b": "npm run wipe" } }',
      ),
    ).toEqual(['error «migrate reset»']);
  });
});

describe('what stands around a command', () => {
  it.each([
    'npx -y prisma@latest migrate reset',
    'npm exec -- prisma migrate reset',
    'pnpm --filter db exec prisma migrate reset',
    'yarn workspace db prisma migrate reset',
    'bun --bun run prisma migrate reset',
    'bunx --bun prisma migrate reset',
    'corepack pnpm exec prisma migrate reset',
    'deno run -A npm:prisma@7 migrate reset',
    'node --env-file=.env node_modules/prisma/build/index.js migrate reset',
    './node_modules/.bin/prisma migrate reset',
    'dotenv -e .env.local -- npx prisma migrate reset',
    'dotenv-flow -e .env -- prisma migrate reset',
    'dotenvx run -f .env -- prisma migrate reset',
    'env-cmd -f .env prisma migrate reset',
    'cross-env NODE_ENV=production prisma migrate reset',
    'cross-env-shell A=b "prisma migrate reset && next dev"',
    'A=b C=d prisma migrate reset',
    '(cd packages/db; npx prisma migrate reset)',
    'yes | prisma migrate reset',
    'concurrently -n a,b "npm:dev" "prisma migrate reset"',
    'start-server-and-test "prisma migrate reset" http://localhost "vitest"',
    'docker compose run --rm web npx prisma migrate reset',
    'kubectl exec -it pod -- npx prisma migrate reset',
    'fly ssh console -C "npx prisma migrate reset"',
    'ssh -p 22 host "cd app && npx prisma migrate reset"',
    'ssh host npx prisma migrate reset',
    'doppler run -- prisma migrate reset',
    'aws-vault exec prod -- prisma migrate reset',
    'sst shell prisma migrate reset',
    'vercel env run -- prisma migrate reset',
    'direnv exec . prisma migrate reset',
    'nvm exec 20 prisma migrate reset',
    'volta run prisma migrate reset',
    'nodemon --exec "prisma migrate reset"',
    'watch -n 5 prisma migrate reset',
    'nohup sudo -E prisma migrate reset &',
    'powershell -Command "npx prisma migrate reset"',
    'cmd /c prisma migrate reset',
    'find . -name schema.prisma -exec npx prisma migrate reset --schema {} \\;',
    'find . -name schema.prisma -execdir npx prisma migrate reset +',
    'eval npx prisma migrate reset',
    'eval "npx prisma migrate reset"',
    'bash <<EOF\nnpx prisma migrate reset\nEOF',
    'bash -s <<EOF\nnpx prisma migrate reset\nEOF',
    'ssh host <<EOF\ncd app && npx prisma migrate reset\nEOF',
    'docker exec -i web sh <<EOF\nnpx prisma migrate reset\nEOF',
    'echo "npx prisma migrate reset" | bash',
    'wait-for-it db:5432 -- npx prisma migrate reset',
    './wait-for-it.sh db:5432 -t 60 -- npx prisma migrate reset',
    'dockerize -wait tcp://db:5432 -timeout 60s npx prisma migrate reset',
    'parallel -j 2 npx prisma migrate reset ::: a b',
    'heroku run "npx prisma migrate reset"',
    'gosu node npx prisma migrate reset',
    'runuser -u node -- npx prisma migrate reset',
    'tini -- npx prisma migrate reset',
    'nix develop -c npx prisma migrate reset',
    'trap "npx prisma migrate reset" EXIT',
    'script -q -c "npx prisma migrate reset" log',
    'strace -f npx prisma migrate reset',
  ])('%s', async (line) => {
    expect(await judge('scripts/x.sh', `${line}\n`)).toEqual(['error «migrate reset»']);
  });

  it.each([
    'node scripts/reset.js migrate reset',
    'turbo run prisma -- migrate reset',
    'ssh -p 22 host',
    'su postgres -c "createdb shop"',
    'deno run scripts/x.ts migrate reset',
    'grep -r "prisma migrate reset" .',
    'find . -name "prisma migrate reset" -print',
    'cat <<EOF\nnpx prisma migrate reset\nEOF',
    'bash check.sh <<EOF\nnpx prisma migrate reset\nEOF',
    'ssh host "cat > notes" <<EOF\nnpx prisma migrate reset\nEOF',
    'trap - EXIT',
  ])('silent: %s', async (line) => {
    expect(await judge('scripts/x.sh', `${line}\n`)).toEqual([]);
  });
});

describe('calls in TypeScript', () => {
  it.each<[string, string[]]>([
    [`${CHILD}execSync('npx prisma migrate reset --force');`, ['error «migrate reset»']],
    [`${CHILD}exec("npx prisma db push --accept-data-loss", () => {});`, ['error «--accept-data-loss»']],
    [
      `${CHILD}const args = ['prisma', 'migrate', 'reset'];\nspawn('npx', args);`,
      [`error «migrate', 'reset»`],
    ],
    [
      `${CHILD}const base = ['prisma', 'db'] as const;\nspawnSync('npx', [...base, 'push', '--force-reset']);`,
      ['error «--force-reset»'],
    ],
    [`${CHILD}execFile('dropdb', ['shop']);`, ['error «dropdb»']],
    [`${CHILD}spawn('npx prisma migrate reset', { shell: true });`, ['error «migrate reset»']],
    [
      `${CHILD}const schema = './prisma';\nexecSync(\`npx prisma migrate reset --schema \${schema}\`);`,
      ['error «migrate reset»'],
    ],
    [`${CHILD}execSync('npx prisma ' + 'migrate reset');`, ['error «migrate reset»']],
    [`${CHILD}execSync(['npx', 'prisma', 'migrate reset'].join(' '));`, ['error «migrate reset»']],
    [`import * as cp from 'child_process';\ncp.execSync('dropdb shop');`, ['error «dropdb»']],
    [`import cp from 'node:child_process';\ncp.execSync('dropdb shop');`, ['error «dropdb»']],
    [`const { execSync: run } = require('child_process');\nrun('dropdb shop');`, ['error «dropdb»']],
    [
      `const { execSync } = await import('node:child_process');\nexecSync('dropdb shop');`,
      ['error «dropdb»'],
    ],
    [
      `import { exec } from 'node:child_process';\nimport { promisify } from 'node:util';\nconst run = promisify(exec);\nawait run('dropdb shop');`,
      ['error «dropdb»'],
    ],
    [
      `import { execa, execaCommand } from 'execa';\nawait execaCommand('dropdb shop');\nawait execa('npx', ['prisma', 'migrate', 'reset']);`,
      ['error «dropdb»', `error «migrate', 'reset»`],
    ],
    [
      `import { $ } from 'execa';\nawait $\`dropdb shop\`;\nawait $({ stdio: 'inherit' })\`npx prisma migrate reset\`;`,
      ['error «dropdb»', 'error «migrate reset»'],
    ],
    [`import { $ } from 'zx';\nconst name = 'shop';\nawait $\`dropdb \${name}\`;`, ['error «dropdb»']],
    [
      `await Bun.$\`npx prisma migrate reset\`;\nBun.spawn(['npx', 'prisma', 'migrate', 'reset']);`,
      ['error «migrate reset»', `error «migrate', 'reset»`],
    ],
    [
      `${CHILD}const run = (command: string) => execSync(command, { stdio: 'inherit' });\nrun('dropdb shop');`,
      ['error «dropdb»'],
    ],
    [
      `${CHILD}function inner(line: string) {\n  return new Promise((done) => { exec(line, done); });\n}\nconst prisma = (line: string) => inner(\`\${line} --config x\`);\nprisma('prisma migrate reset');`,
      ['error «migrate reset»'],
    ],
    [
      `${CHILD}const run = (program: string, args: string[]) => spawn(program, args);\nrun('npx', ['prisma', 'migrate', 'reset']);`,
      [`error «migrate', 'reset»`],
    ],
    [`import { run } from './run';\nrun('dropdb shop');`, ['error «dropdb»']],
    [
      `${CHILD}execSync('dropdb "shop"', { env: { ...process.env, DATABASE_URL: process.env.DATABASE_URL } });`,
      ['error «dropdb»'],
    ],
  ])('%s', async (text, expected) => {
    const more = {
      'scripts/run.ts': `import { execSync } from 'node:child_process';\nexport const run = (line: string) => execSync(line);\n`,
    };
    expect(await judge('scripts/x.ts', `${text}\n`, more)).toEqual(expected);
  });

  it.each([
    `console.info('npx prisma migrate reset');`,
    `import { execSync } from './mine';\nexecSync('npx prisma migrate reset');`,
    `const exec = (text: string) => text;\nexec('dropdb shop');`,
    `/dropdb shop/.exec('dropdb shop');`,
    `import type { execSync } from 'node:child_process';\nexport const a = (execSync: (x: string) => void) => execSync('dropdb shop');`,
    `${CHILD}execSync('npx prisma migrate deploy');`,
    `${CHILD}execSync(process.argv[2] ?? '');`,
    `${CHILD}execSync('npx prisma migrate reset', { env: { ...process.env, DATABASE_URL: 'postgres://a@localhost/shop_test' } });`,
    `${CHILD}const testUrl = process.env.TEST_DATABASE_URL;\nexecSync('npx prisma migrate reset', { env: { DATABASE_URL: testUrl } });`,
    `${CHILD}execSync('npx prisma migrate reset', { env: { ...process.env, NODE_ENV: 'test' } });`,
    `${CHILD}const name = 'shop_test';\nexecSync(\`dropdb \${name}\`);`,
    `${CHILD}process.env.DATABASE_URL = process.env.DATABASE_URL_TEST;\nexecSync('npx prisma migrate reset');`,
    `${CHILD}import dotenv from 'dotenv';\ndotenv.config({ path: '.env.test' });\nexecSync('npx prisma migrate reset');`,
    `${CHILD}const env = { DATABASE_URL: 'postgres://localhost/e2e' };\nspawnSync('npx', ['prisma', 'migrate', 'reset'], { env });`,
    `import { exec } from 'shelljs-like';\nexec('dropdb shop');`,
  ])('silent: %s', async (text) => {
    const more = { 'scripts/mine.ts': `export const execSync = (line: string) => console.log(line);\n` };
    expect(await judge('scripts/x.ts', `${text}\n`, more)).toEqual([]);
  });

  it('an escaped literal is reported whole, and left alone by the fix', async () => {
    const fixture = await openFixture({
      'scripts/x.ts': `${CHILD}execSync('echo \\'a\\' && npx prisma migrate reset');\n`,
    });
    expect(shown(fixture)).toEqual([`error «'echo \\'a\\' && npx prisma migrate reset'»`]);
    expect(requestFix(fixture, { rule: RULE }).result.ok).toBe(false);
  });

  it('a file of the tests that shows no test database is a warning', async () => {
    const fixture = await openFixture({
      'e2e/global-setup.ts': `${CHILD}export default () => execSync('npx prisma migrate reset --force');\n`,
    });
    expect(findings(fixture, RULE).map((finding) => [messageId(finding), finding.severity])).toEqual([
      ['possible', 'warning'],
    ]);
  });
});

describe('use-safe-command', () => {
  it.each<[string, string, string]>([
    [
      'package.json',
      '{ "scripts": { "x": "dotenv -- npx prisma migrate reset --force && echo \\"done\\"" } }',
      '{ "scripts": { "x": "dotenv -- npx prisma migrate dev && echo \\"done\\"" } }',
    ],
    [
      'package.json',
      '{ "scripts": { "predeploy": "prisma db push --accept-data-loss" } }',
      '{ "scripts": { "predeploy": "prisma migrate deploy" } }',
    ],
    [
      'Dockerfile',
      'FROM node\nCMD ["npx", "prisma", "migrate", "reset", "--force"]\n',
      'FROM node\nCMD ["npx", "prisma", "migrate", "deploy"]\n',
    ],
    [
      'compose.yml',
      'services:\n  web:\n    command:\n      - npx\n      - prisma\n      - db\n      - push\n      - --force-reset\n',
      'services:\n  web:\n    command:\n      - npx\n      - prisma\n      - migrate\n      - deploy\n',
    ],
    [
      '.github/workflows/x.yml',
      'jobs:\n  a:\n    steps:\n      - run: "npx prisma migrate reset --force"\n',
      'jobs:\n  a:\n    steps:\n      - run: "npx prisma migrate deploy"\n',
    ],
    ['Makefile', 'reset:\n\t@npx prisma migrate reset --force\n', 'reset:\n\t@npx prisma migrate dev\n'],
    [
      'scripts/stop.sh',
      'docker compose down -v --remove-orphans\n',
      'docker compose down --remove-orphans\n',
    ],
    [
      'scripts/x.ts',
      `${CHILD}spawn('npx', [\n  'prisma',\n  'migrate',\n  'reset',\n  '--force',\n]);\n`,
      `${CHILD}spawn('npx', [\n  'prisma',\n  'migrate',\n  'dev',\n]);\n`,
    ],
    [
      'scripts/x.ts',
      `${CHILD}spawn('docker', ['compose', 'down', '-v']);\n`,
      `${CHILD}spawn('docker', ['compose', 'down']);\n`,
    ],
    [
      'scripts/deploy.ts',
      `${CHILD}execSync("npx prisma db push --accept-data-loss");\n`,
      `${CHILD}execSync("npx prisma migrate deploy");\n`,
    ],
    [
      'scripts/x.ts',
      `import { $ } from 'zx';\nawait $\`npx prisma migrate reset --force\`;\n`,
      `import { $ } from 'zx';\nawait $\`npx prisma migrate dev\`;\n`,
    ],
  ])('%s: %s', async (file, text, expected) => {
    const fixture = await openFixture({ [file]: text });
    expect(applyFix(fixture, { rule: RULE })[file]).toBe(expected);
    expect(findings(fixture, RULE)).toEqual([]);
  });

  it('is not offered where nothing safe does the same', async () => {
    for (const text of ['dropdb shop\n', 'psql -c "TRUNCATE orders"\n', 'docker volume rm shop_data\n'])
      expect(findings(await openFixture({ 'scripts/x.sh': text }), RULE).map(({ fixes }) => fixes)).toEqual([
        [],
      ]);
  });

  it('is no part of fix-all', async () => {
    const result = (await openFixture({ 'scripts/x.sh': 'npx prisma migrate reset\n' })).engine.fixAll(
      'scripts/x.sh',
    );
    expect(result.ok ? result.changes : result.reason).toEqual([]);
  });
});

describe('suppressions', () => {
  const directive = `backend-specialist-disable-next-line ${RULE} -- agreed`;
  it.each<[string, string]>([
    ['scripts/x.sh', `# ${directive}\ndropdb shop\n`],
    ['.github/workflows/x.yml', `jobs:\n  a:\n    steps:\n      # ${directive}\n      - run: dropdb shop\n`],
    [
      '.github/workflows/x.yml',
      `jobs:\n  a:\n    steps:\n      - run: |\n          npm ci\n          # ${directive}\n          dropdb shop\n`,
    ],
    ['Dockerfile', `FROM node\n# ${directive}\nRUN dropdb shop\n`],
    ['Makefile', `a:\n\t# ${directive}\n\tdropdb shop\n`],
    ['Makefile', `a:\n# ${directive}\n\tdropdb shop\n`],
    ['justfile', `a:\n  # ${directive}\n  dropdb shop\n`],
    ['CLAUDE.md', `\`\`\`sh\n# ${directive}\ndropdb shop\n\`\`\`\n`],
    [
      'CLAUDE.md',
      `<!-- backend-specialist-disable-file ${RULE} -- agreed -->\n\`\`\`sh\ndropdb shop\n\`\`\`\n`,
    ],
    ['.vscode/tasks.json', `{ "tasks": [{\n  // ${directive}\n  "command": "dropdb shop" }] }\n`],
    ['scripts/x.ts', `${CHILD}// ${directive}\nexecSync('dropdb shop');\n`],
  ])('%s: %s', async (file, text) => {
    const fixture = await openFixture({ [file]: text });
    expect(fixture.engine.check(file).map(({ message }) => message)).toEqual([]);
  });

  it('in a text of the program they are none', async () => {
    expect(await judge('scripts/x.sh', `echo '# ${directive}'\ndropdb shop\n`)).toEqual(['error «dropdb»']);
  });

  it.each<[string, string]>([
    ['CLAUDE.md', '---\nname: x\n---\n\n```sh\nnpx prisma migrate reset\n```\n'],
    ['Makefile', 'a:\n\tdropdb shop\n'],
    ['Dockerfile', 'FROM node\nRUN dropdb shop\n'],
    ['.github/workflows/x.yml', 'jobs:\n  a:\n    steps:\n      - run: |\n          dropdb shop\n'],
  ])('those that the editor inserts work in %s', async (file, text) => {
    for (const scope of ['line', 'file'] as const) {
      const fixture = await openFixture({ [file]: text });
      const [finding] = findings(fixture, RULE);
      const result = finding && fixture.engine.suppress(finding, scope);
      if (!result?.ok) throw new Error('no suppression');
      fixture.engine.update([{ file, text: applyEdits(text, result.changes[0]?.edits ?? []) }]);
      expect(
        fixture.engine.check(file).map(({ message }) => message),
        scope,
      ).toEqual([]);
    }
  });
});
