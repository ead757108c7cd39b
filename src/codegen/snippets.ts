/** Snippets: which file serves which languages, the suppression snippets (made from the rules), and the table of all of them. */
import type { FactsKind } from '../rules/rule.ts';
import type { RuleFolder } from './inputs.ts';
import { cell } from './ruleDocs.ts';

/** A snippet as VS Code's snippet files have it, by its name in them. */
export interface Snippet {
  prefix: string;
  description: string;
  body: string[];
  /** Offered by *Fill File with Snippet*: it is a whole file. */
  isFileTemplate?: boolean;
}
export interface SnippetFile {
  [name: string]: Snippet;
}

/** Hand-written files below `snippets/`, with the editor's languages that they are for. */
const written: { [name: string]: readonly string[] } = {
  actions: ['typescript', 'typescriptreact'],
  services: ['typescript'],
  routes: ['typescript'],
  modules: ['typescript'],
  prisma: ['prisma'],
  sql: ['sql'],
};

interface CommentSyntax {
  languages: readonly string[];
  /** A rule is offered where it reports on files of this kind. */
  kinds: readonly FactsKind[];
  open: string;
  close?: string;
  /** All forms, unless only some can be written in the language. */
  forms?: readonly Form[];
}

type Form = 'next-line' | 'line' | 'block' | 'file';

/** The comments of each language that the engine reads suppressions in. */
const comments: { [name: string]: CommentSyntax } = {
  typescript: {
    languages: ['typescript', 'typescriptreact', 'javascript', 'javascriptreact'],
    kinds: ['ts'],
    open: '// ',
  },
  // Beside the comments of TypeScript, where only these can stand.
  jsx: {
    languages: ['typescriptreact', 'javascriptreact'],
    kinds: ['ts'],
    open: '{/* ',
    close: ' */}',
    forms: ['next-line'],
  },
  prisma: { languages: ['prisma'], kinds: ['prisma'], open: '// ' },
  sql: { languages: ['sql'], kinds: ['sql'], open: '-- ' },
  scripts: { languages: ['shellscript', 'yaml', 'makefile'], kinds: ['commands'], open: '# ' },
  // What stands behind an instruction or a value is part of it.
  dockerfile: {
    languages: ['dockerfile'],
    kinds: ['commands'],
    open: '# ',
    forms: ['next-line', 'block', 'file'],
  },
  env: { languages: ['dotenv'], kinds: ['env'], open: '# ', forms: ['next-line', 'block', 'file'] },
  // A comment between its lines would end a table, and in a block of code it would be code.
  markdown: {
    languages: ['markdown'],
    kinds: ['commands', 'backend-map'],
    open: '<!-- ',
    close: ' -->',
    forms: ['block', 'file'],
  },
};

const suppressionFile = (name: string): string => `snippets/suppressions/${name}.json`;

/** The file of hand-written snippets that has this name. */
export const writtenFiles: readonly string[] = Object.keys(written).map((name) => `snippets/${name}.json`);

/** `contributes.snippets`, one entry a language. */
export function snippetContributions(): { language: string; path: string }[] {
  const files: [string, readonly string[]][] = [
    ...Object.entries(written).map(([name, languages]): [string, readonly string[]] => [
      `snippets/${name}.json`,
      languages,
    ]),
    ...Object.entries(comments).map(([name, { languages }]): [string, readonly string[]] => [
      suppressionFile(name),
      languages,
    ]),
  ];
  return files.flatMap(([file, languages]) => languages.map((language) => ({ language, path: `./${file}` })));
}

/** Suppression snippets by file: the rules that can report in such a file are the choices. */
export function suppressionFiles(rules: readonly RuleFolder[]): { [file: string]: SnippetFile } {
  return Object.fromEntries(
    Object.entries(comments).map(([name, syntax]) => [
      suppressionFile(name),
      suppressions(name, syntax, rules),
    ]),
  );
}

function suppressions(name: string, syntax: CommentSyntax, rules: readonly RuleFolder[]): SnippetFile {
  const { open, close = '', kinds, forms = ['next-line', 'line', 'block', 'file'] } = syntax;
  const ids = rules
    .filter(({ meta }) => meta.kinds.some((kind) => kinds.includes(kind)))
    .map(({ meta }) => meta.id);
  const directive = (verb: string): string =>
    `${open}backend-specialist-${verb} \${1|${ids.join(',')}|} -- \${2:why this is right here}${close}`;
  const infix = name === 'jsx' ? '-jsx' : '';
  const all: { [form in Form]: [string, Snippet] } = {
    'next-line': [
      'Suppress on the next line',
      {
        prefix: `bs-disable${infix}`,
        description: 'Silences one rule on the next line, with the reason',
        body: [`${directive('disable-next-line')}$0`],
      },
    ],
    line: [
      'Suppress on this line',
      {
        prefix: 'bs-disable-line',
        description: 'Silences one rule on the line it stands behind, with the reason',
        body: [`${directive('disable-line')}$0`],
      },
    ],
    block: [
      'Suppress in a block',
      {
        prefix: 'bs-disable-block',
        description: 'Silences one rule from here to the enabling comment, with the reason',
        body: [directive('disable'), '${0:$TM_SELECTED_TEXT}', `${open}backend-specialist-enable $1${close}`],
      },
    ],
    file: [
      'Suppress in this file',
      {
        prefix: 'bs-disable-file',
        description: 'Silences one rule in the whole file, with the reason',
        body: [`${directive('disable-file')}$0`],
      },
    ],
  };
  return Object.fromEntries(forms.map((form) => all[form]));
}

/** The table of all snippets: prefix, languages, what it writes. The files of one prefix share a row. */
export function snippetTable(files: { [file: string]: SnippetFile }): string {
  const languages = new Map<string, { names: string[]; description: string }>();
  for (const { language, path } of snippetContributions()) {
    for (const { prefix, description } of Object.values(files[path.slice('./'.length)] ?? {})) {
      const row = languages.get(prefix);
      if (!row) languages.set(prefix, { names: [language], description });
      else if (!row.names.includes(language)) row.names.push(language);
    }
  }
  const rows = [...languages].map(
    ([prefix, { names, description }]) =>
      `| \`${prefix}\` | ${names.map(languageName).join(', ')} | ${cell(description)} |`,
  );
  return ['| Prefix | Languages | |', '|---|---|---|', ...rows].join('\n');
}

const languageNames: { [id: string]: string } = {
  typescript: 'TypeScript',
  typescriptreact: 'TSX',
  javascript: 'JavaScript',
  javascriptreact: 'JSX',
  prisma: 'Prisma',
  sql: 'SQL',
  shellscript: 'shell',
  yaml: 'YAML',
  dockerfile: 'Dockerfile',
  makefile: 'Makefile',
  dotenv: '.env',
  markdown: 'Markdown',
};

/** What people call a language of the editor. */
function languageName(id: string): string {
  return languageNames[id] ?? id;
}
