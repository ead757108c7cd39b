import { z } from 'zod';
import type { FileFacts } from '../../facts/model.ts';
import type { FileRole } from '../../project/model.ts';
import { authSetups, BASIC, carries, tokenHas } from '../../workspace/authConfig.ts';
import type { AuthSetup } from '../../workspace/authConfig.ts';
import { SessionTracer, sessionReads } from '../../workspace/sessionReads.ts';
import { defineRule } from '../rule.ts';
import type { Related, RuleContext } from '../rule.ts';
import { isDeclared, jwtNotApplied } from './augmentation.ts';
import { roleLiterals } from './literals.ts';

type TsFileFacts = Extract<FileFacts, { kind: 'ts' }>;

const IGNORED: ReadonlySet<FileRole> = new Set([
  'tooling',
  'generated',
  'client',
  'config',
  'schema',
  'migration',
]);

/** Every object has these. */
const INHERITED = /^(toString|valueOf|hasOwnProperty|constructor|toJSON)$/;

export const rule = defineRule({
  meta: {
    id: 'session-shape',
    title: 'What the code reads from the session is what the callbacks put into it and the types declare.',
    sections: ['S5'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      notCarried:
        '`session.{field}` is always undefined: {why}. Checks and filters that use it never match, or match everything. Put it into the session in the callbacks of {config}.',
      emptyToken:
        '`token.{name}` is never set, so `session.{field}` is always undefined. The token holds only what the jwt callback puts into it. Set it there when the user signs in.',
      noToken:
        'There is no token here: sessions are kept in the database, so reading `{name}` of it throws. Read it from the `user` that the callback is given.',
      notDeclared:
        '`session.{field}` is set here, but no type says so. Every reader has to cast, and nobody notices when it goes. Declare it in an augmentation of next-auth.',
      maybeUndefined:
        '`session.{field}` is set here, but its type still allows undefined, which Prisma reads as "no filter". Declare it in an augmentation of next-auth.',
      notApplied:
        'This augmentation of next-auth/jwt has no effect. The module only passes on the types of @auth/core, and TypeScript merges them only in a file that imports it. Import it here.',
      noSuchRole:
        '`{literal}` is no value of {enum} ({values}), so this test never holds. Compare with one of its values.',
    },
  },
  check(context) {
    const { facts, file, role, workspace } = context;
    if (facts.kind !== 'ts' || IGNORED.has(role)) return;
    if (facts.augments.length > 0) checkAugmentation(context, facts);
    if (facts.imports.length === 0) return;
    const setups = authSetups(workspace, file);
    if (setups.length === 0) return;
    for (const setup of setups) checkCallbacks(context, setup, setups);
    checkReads(context, facts, setups);
  },
});

type Context = RuleContext<object>;

function checkReads(context: Context, facts: TsFileFacts, setups: readonly AuthSetup[]): void {
  const tracer = new SessionTracer(context.workspace, context.file, facts);
  const seen = new Set<string>();
  for (const { path, at } of sessionReads(tracer, facts)) {
    const [first = '', second] = path;
    if ((first === 'user') !== (path.length === 2) || path.length > 2) continue;
    const field = path.join('.');
    if (seen.has(field) || INHERITED.test(second ?? first)) continue;
    seen.add(field);
    if (carries(context.workspace, setups, field) !== 'no') continue;
    const setup = setups[0];
    if (!setup) continue;
    context.report({
      place: { at },
      message: 'notCarried',
      data: { field, why: whyNot(setup), config: setup.file },
      related: callbackRelated(context, setup),
      fixes: [{ recipe: 'carry-field', data: { field } }],
    });
  }
  for (const { at, text, enumName, values } of roleLiterals(
    context.workspace,
    context.file,
    facts,
    tracer,
    setups,
  ))
    context.report({
      place: { at },
      message: 'noSuchRole',
      data: { literal: text, enum: enumName, values: values.join(', ') },
      fixes: values.some((value) => value.toLowerCase() === text.toLowerCase())
        ? [{ recipe: 'use-enum-value', data: { values } }]
        : [],
    });
}

function whyNot({ session, strategy, version }: AuthSetup): string {
  if (session === 'none')
    return 'no session callback adds it to name, email and image, which are all that a session has';
  return strategy === 'database' && version === 5
    ? 'the session callback does not set it, and the user has no such column'
    : 'the session callback does not set it';
}

function callbackRelated({ workspace }: Context, setup: AuthSetup): Related[] {
  const work = setup.session;
  if (typeof work === 'string')
    return [{ place: { file: setup.file, span: { start: 0, end: 0 } }, message: 'Auth.js is set up here.' }];
  const at = workspace.tsFacts(work.file)?.functions[work.fn]?.at;
  return at === undefined ? [] : [{ place: { file: work.file, at }, message: 'The session is made here.' }];
}

/** What a session callback reads and declares, when it stands in the file. */
function checkCallbacks(context: Context, setup: AuthSetup, setups: readonly AuthSetup[]): void {
  const { session } = setup;
  if (typeof session === 'string' || session.file !== context.file) return;
  const isTyped = /\.[cm]?tsx?$/.test(context.file);
  for (const [path, fields] of session.sets) {
    const [field] = fields;
    if (!field || path === 'user' || path.split('.').length > 2) continue;
    const { from, read } = field;
    const name = from?.[1];
    if (from?.[0] === 'token' && name !== undefined && read && fields.length === 1) {
      if (setup.strategy === 'database' && !session.testsToken) {
        context.report({ place: { at: read.at }, message: 'noToken', data: { name } });
        continue;
      }
      if (setup.strategy === 'jwt' && setups.every((one) => tokenHas(one, name) === 'no')) {
        context.report({
          place: { at: read.at },
          message: 'emptyToken',
          data: { name, field: path },
          fixes: [{ recipe: 'set-token', data: { name } }],
        });
        continue;
      }
    }
    if (!isTyped || BASIC.has(path) || isDeclared(context.workspace, context.file, path)) continue;
    const isId = path === 'user.id' && setup.version === 5;
    context.report({
      place: { at: field.at },
      message: isId ? 'maybeUndefined' : 'notDeclared',
      data: { field: path },
      severity: isId ? 'info' : 'warning',
      fixes: [{ recipe: 'declare-field', data: { field: path } }],
    });
  }
}

function checkAugmentation(context: Context, facts: TsFileFacts): void {
  for (const { at } of jwtNotApplied(context.workspace, context.file, facts))
    context.report({
      place: { at },
      message: 'notApplied',
      severity: 'warning',
      fixes: [{ recipe: 'apply-augmentation' }],
    });
}
