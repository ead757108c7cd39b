import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { styleOf } from '../../edit/style.ts';
import type { FileEdits } from '../../run/finding.ts';
import { authSetups, tokenHas } from '../../workspace/authConfig.ts';
import type { AuthSetup } from '../../workspace/authConfig.ts';
import { augmentingFiles, isDeclared, isDeclaredFor } from './augmentation.ts';
import { addCallbacks, intoSession, intoToken, newTokenCallback } from './callbackEdits.ts';
import type { NewCallback } from './callbackEdits.ts';
import { declareField } from './declare.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export const fixes = [
  defineFix({
    id: 'carry-field',
    title: ({ field }) => `Put ${text(field).replace('user.', '')} into the session`,
    trust: 'suggestion',
    preferred: true,
    edit: carryField,
  }),
  defineFix({
    id: 'set-token',
    title: ({ name }) => `Set token.${text(name)} when the user signs in`,
    trust: 'suggestion',
    preferred: false,
    edit: setToken,
  }),
  defineFix({
    id: 'declare-field',
    title: ({ field }) => `Declare session.${text(field)}`,
    trust: 'suggestion',
    preferred: false,
    edit: (context) => {
      const change = declareField(context, context.file, text(context.data['field']).replace(/^user\./, ''));
      if (!text(context.data['field']).startsWith('user.'))
        return { refuse: 'Its type is not known; declare it by hand.' };
      return typeof change === 'string' ? { refuse: change } : { changes: [change] };
    },
  }),
  defineFix({
    id: 'apply-augmentation',
    title: () => 'Import next-auth/jwt, so that the augmentation applies',
    trust: 'safe',
    preferred: false,
    edit: applyAugmentation,
  }),
  defineFix({
    id: 'use-enum-value',
    title: () => 'Compare with the value of the enum',
    trust: 'suggestion',
    preferred: false,
    edit: useEnumValue,
  }),
];

function carryField(context: FixContext): FixOutcome {
  const { workspace, file } = context;
  const path = text(context.data['field']);
  if (!path.startsWith('user.')) return { refuse: 'Only fields of session.user can be filled mechanically.' };
  const field = path.slice(5);
  const setup = authSetups(workspace, file).find(({ session }) => session !== 'unknown');
  if (!setup) return { refuse: 'The callbacks of Auth.js can no longer be found.' };
  const schema = workspace.schema(setup.file);
  const column = schema?.userModel && schema.field(schema.userModel.name, field);
  if (schema?.userModel && !column)
    return {
      refuse: `The model ${schema.userModel.name} has no field ${field}; where it comes from is for you to say.`,
    };
  const changes: FileEdits[] = [];
  let created = false;
  if (/\.[cm]?tsx?$/.test(setup.file) && !isDeclared(workspace, setup.file, path)) {
    created = augmentingFiles(workspace, setup.file).length === 0;
    const declared = declareField(context, setup.file, field);
    if (typeof declared === 'string') return { refuse: declared };
    changes.push(declared);
  }
  const carried = carry(context, setup, field, created);
  if (typeof carried === 'string') return { refuse: carried };
  const problem = mergeInto(changes, carried);
  return problem === undefined ? { changes } : { refuse: problem };
}

/** @param created whether the types of user, token and session are declared by the same fix */
function carry(context: FixContext, setup: AuthSetup, field: string, created: boolean): FileEdits[] | string {
  const { workspace } = context;
  const { quote } = styleOf(context.textOf(setup.file) ?? '');
  const isTs = /\.[cm]?tsx?$/.test(setup.file);
  const usesToken = setup.strategy !== 'database';
  const isDefault = field === 'id' && usesToken;
  const hasType = (name: 'User' | 'JWT'): boolean =>
    !isTs || created || isDeclaredFor(workspace, setup.file, name, field);
  const read = (carrier: string, session: string): string => {
    if (!usesToken) return `${carrier}.${field}`;
    // The id is in the token from the start, but its type allows that it isn't.
    if (isDefault) return isTs ? `${carrier}.sub as string` : `${carrier}.sub`;
    return isTs ? `${carrier}.${field} as typeof ${session}.user.${field}` : `${carrier}.${field}`;
  };
  if (!usesToken && field !== 'id' && !hasType('User'))
    return `The type User of next-auth has no ${field}; declare it first.`;
  const out: FileEdits[] = [];
  const fresh: NewCallback[] = [];
  if (usesToken && !isDefault && tokenHas(setup, field) === 'no') {
    if (setup.jwt === 'unknown') return 'The jwt callback can no longer be found.';
    if (setup.jwt === 'none') fresh.push(newTokenCallback(field, hasType('User'), quote));
    else {
      const change = intoToken(context, setup.jwt, field, hasType('User'));
      if (typeof change === 'string') return change;
      out.push(change);
    }
  }
  const carrier = usesToken ? 'token' : 'user';
  if (setup.session === 'none')
    fresh.push({
      name: 'session',
      params: ['session', carrier],
      lines: [`session.user.${field} = ${read(carrier, 'session')}`, 'return session'],
    });
  else if (setup.session !== 'unknown') {
    const change = intoSession(context, setup.session, field, carrier, read);
    if (typeof change === 'string') return change;
    const problem = mergeInto(out, [change]);
    if (problem !== undefined) return problem;
  }
  if (fresh.length === 0) return out;
  const change = addCallbacks(context, setup, fresh);
  if (typeof change === 'string') return change;
  const problem = mergeInto(out, [change]);
  return problem ?? out;
}

/** Joins edits of one file; a text says that two are at the same place. */
function mergeInto(changes: FileEdits[], more: readonly FileEdits[]): string | undefined {
  for (const change of more) {
    const known = changes.findIndex(({ file }) => file === change.file);
    const own = changes[known];
    if (!own) changes.push(change);
    else if (own.create) return `${own.file} would be written twice.`;
    else changes[known] = { ...own, edits: [...own.edits, ...change.edits] };
  }
  return undefined;
}

function setToken(context: FixContext): FixOutcome {
  const { workspace, file } = context;
  const name = text(context.data['name']);
  const setup = authSetups(workspace, file).find(
    ({ session }) => typeof session !== 'string' && session.file === file,
  );
  if (!setup || setup.jwt === 'unknown') return { refuse: 'The jwt callback can no longer be found.' };
  const schema = workspace.schema(setup.file);
  if (schema?.userModel && !schema.field(schema.userModel.name, name))
    return {
      refuse: `The model ${schema.userModel.name} has no field ${name}; where it comes from is for you to say.`,
    };
  const isTyped = !/\.[cm]?tsx?$/.test(setup.file) || isDeclaredFor(workspace, setup.file, 'User', name);
  const { quote } = styleOf(context.text);
  const change =
    setup.jwt === 'none'
      ? addCallbacks(context, setup, [newTokenCallback(name, isTyped, quote)])
      : intoToken(context, setup.jwt, name, isTyped);
  return typeof change === 'string' ? { refuse: change } : { changes: [change] };
}

function applyAugmentation({ file, sourceOf }: FixContext): FixOutcome {
  const source = sourceOf(file);
  if (!source) return { refuse: 'The file can no longer be read.' };
  const { quote, semicolon, newline } = styleOf(source.text);
  const line = `import type {} from ${quote}next-auth/jwt${quote}${semicolon}`;
  const last = source.statements.filter(ts.isImportDeclaration).at(-1);
  const first = source.statements[0]?.getStart(source) ?? 0;
  const edit = last
    ? { start: last.end, end: last.end, text: newline + line }
    : { start: first, end: first, text: line + newline + newline };
  return { changes: [{ file, create: false, edits: [edit] }] };
}

function useEnumValue({ file, finding, text: own, data }: FixContext): FixOutcome {
  const written = own.slice(finding.start, finding.end);
  const quote = written.charAt(0);
  const values = Array.isArray(data['values'])
    ? data['values'].filter((value) => typeof value === 'string')
    : [];
  const value = values.find((candidate) => candidate.toLowerCase() === written.slice(1, -1).toLowerCase());
  if (value === undefined) return { refuse: 'No value of the enum is called so.' };
  return {
    changes: [
      {
        file,
        create: false,
        edits: [{ start: finding.start, end: finding.end, text: quote + value + quote }],
      },
    ],
  };
}
