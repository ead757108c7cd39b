// Makes the folder of a new rule and registers it:
//   npm run new-rule <id>
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { scaffold } from './scaffold.ts';

const root = path.resolve(import.meta.dirname, '../..');

function main(id: string | undefined): number {
  if (id === undefined) {
    console.error('usage: npm run new-rule <id>');
    return 2;
  }
  const folder = path.join(root, 'src/rules', id);
  if (existsSync(folder)) {
    console.error(`src/rules/${id} is there already`);
    return 2;
  }
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const files = scaffold(id, version);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of files) {
    writeFileSync(path.join(root, file), text);
    console.log(`wrote ${file}`);
  }
  // A process of its own: the rules of this one are those from before.
  const codegen = path.join(import.meta.dirname, 'main.ts');
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', codegen, '--write'], {
    cwd: root,
    stdio: 'inherit',
  });
  console.log(
    `Next: make src/rules/${id}/rule.test.ts green (npx vitest run src/rules/${id}), then test/rules/pages.test.ts.`,
  );
  return status ?? 1;
}

try {
  process.exitCode = main(process.argv[2]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
