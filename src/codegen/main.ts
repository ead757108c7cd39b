// Writes or checks what is generated from the rules:
//   tsx src/codegen/main.ts --write | --check
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generate, pagelessRules, staleFiles } from './generate.ts';
import { readInputs } from './inputs.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string | undefined => {
  const absolute = path.join(root, file);
  return existsSync(absolute) ? readFileSync(absolute, 'utf8') : undefined;
};

const [mode] = process.argv.slice(2);
if (mode !== '--write' && mode !== '--check') {
  console.error('usage: main.ts --write | --check');
  process.exit(2);
}
const inputs = await readInputs(root);
const outputs = generate(inputs);
const stale = staleFiles(outputs, read);
for (const file of stale) {
  if (mode === '--check') {
    console.error(`${file} is not up to date: run \`npm run codegen\``);
    process.exitCode = 1;
    continue;
  }
  const absolute = path.join(root, file);
  const text = outputs.get(file);
  if (text === undefined) rmSync(absolute);
  else {
    mkdirSync(path.dirname(absolute), { recursive: true });
    writeFileSync(absolute, text);
  }
  console.log(`${text === undefined ? 'removed' : 'wrote'} ${file}`);
}
for (const id of pagelessRules(inputs)) {
  console.error(`src/rules/${id}/rule.md is missing`);
  if (mode === '--check') process.exitCode = 1;
}
