/** What is generated from: the rule folders, and the hand-written files that hold a generated part. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RuleMeta } from '../rules/rule.ts';
import { writtenFiles, type SnippetFile } from './snippets.ts';
import type { StatementGroup } from './statementTable.ts';

export interface RuleFolder {
  meta: RuleMeta<unknown>;
  /** Text of `rule.md`; `undefined` while it isn't written. */
  page: string | undefined;
  hasFixes: boolean;
}

export interface Inputs {
  /** Sorted by id. */
  rules: readonly RuleFolder[];
  /** Text of package.json. */
  manifest: string;
  /** Text of README.md. */
  readme: string;
  /** The hand-written snippets, by file. */
  snippets: { [file: string]: SnippetFile };
  /** Text of docs/migrations.md. */
  migrations: string;
  /** The statements that its table shows. */
  statements: readonly StatementGroup[];
  /** Names of the files in docs/rules. */
  docs: readonly string[];
}

/**
 * Reads the inputs.
 * @param root absolute path of the repository
 * @throws when a rule folder has another name than its rule
 */
export async function readInputs(root: string): Promise<Inputs> {
  const folder = path.join(root, 'src/rules');
  const rules: RuleFolder[] = [];
  for (const id of readdirSync(folder).toSorted()) {
    const file = path.join(folder, id, 'rule.ts');
    if (!existsSync(file)) continue;
    const module = (await import(pathToFileURL(file).href)) as { rule: { meta: RuleMeta<unknown> } };
    if (module.rule.meta.id !== id)
      throw new Error(`src/rules/${id} declares the rule ${module.rule.meta.id}`);
    const page = path.join(folder, id, 'rule.md');
    rules.push({
      meta: module.rule.meta,
      page: existsSync(page) ? readFileSync(page, 'utf8') : undefined,
      hasFixes: existsSync(path.join(folder, id, 'fix.ts')),
    });
  }
  const docs = path.join(root, 'docs/rules');
  return {
    rules,
    manifest: readFileSync(path.join(root, 'package.json'), 'utf8'),
    readme: readFileSync(path.join(root, 'README.md'), 'utf8'),
    snippets: Object.fromEntries(
      writtenFiles.map((file) => [
        file,
        JSON.parse(readFileSync(path.join(root, file), 'utf8')) as SnippetFile,
      ]),
    ),
    migrations: readFileSync(path.join(root, 'docs/migrations.md'), 'utf8'),
    statements: await readStatements(root),
    docs: existsSync(docs) ? readdirSync(docs).toSorted() : [],
  };
}

/** The statements that the tests run; the table in the documentation is made of the same rows. */
async function readStatements(root: string): Promise<readonly StatementGroup[]> {
  const file = path.join(root, 'test/prisma/statements/index.ts');
  const module = (await import(pathToFileURL(file).href)) as { statements: readonly StatementGroup[] };
  return module.statements;
}
