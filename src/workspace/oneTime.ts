/** Tokens and codes that are sent to somebody, to be given back once: who has one needs no session. */
import type { SchemaModel, SchemaModelNode } from '../prisma/schema.ts';
import { leaves } from './abs.ts';
import type { Abs } from './abs.ts';
import type { DbEffect, SessionCall } from './summary.ts';

const TOKEN = /token|code|otp|hash|secret|pin$/i;

/** Among the columns of people, where hashes are of passwords and codes are of countries. */
const TOKEN_OF_PERSON = /token|otp|(verif|reset|confirm|activat|login|invit)\w*code/i;

const SENT_ONCE =
  /(sms|phone|e?mail|login|verif\w*|confirm\w*|activation|(password_?)?reset|forgot(ten)?_?password|magic_?link)_?(token|code|otp)s?$|^otps?$/i;

/**
 * Rows that carry a token or a code and expire, or say by their name that they are sent to somebody to be given back once:
 * verification, reset, invitation. Sessions, and what connects to another service, are none.
 */
function isOneTimeModel(model: SchemaModelNode): boolean {
  if (/session|key|account|connection|integration|credential/i.test(model.name)) return false;
  const carries = model.fields.some((field) => TOKEN.test(field.name) && field.type === 'String');
  if (carries && SENT_ONCE.test(model.name)) return true;
  return (
    carries &&
    model.fields.some((field) => /expir|valid_?(until|to)/i.test(field.name) && field.type === 'DateTime')
  );
}

/**
 * Whether a write issues or consumes a one-time token. Where the token stands among the columns of people, only what says something
 * about it does; where a session is asked for as well and the row is picked by anything else than its token, it is looked after by
 * whoever made it: invitations that are taken back, access tokens that are revoked.
 *
 * @param sessions the sessions that the entry point reads
 */
export function isOneTimeUse(
  schema: SchemaModel | undefined,
  sessions: readonly SessionCall[],
  effect: DbEffect,
): boolean {
  const model = schema?.modelOf(effect.model);
  if (!schema || !model || !isOneTimeModel(model)) return false;
  const { where, data } = effect.args.k === 'object' ? effect.args.props : {};
  const tried = sessions.some((session) => !session.tested || !session.awaited);
  if (schema.userModel?.name === model.name)
    return (tried ? [where] : [where, data]).some(
      (part) => part !== undefined && names(part, TOKEN_OF_PERSON),
    );
  const byToken = where !== undefined && names(where, TOKEN);
  const keys = new Set(schema.uniqueKeys(model.name).map(({ selector }) => selector));
  return byToken || sessions.length === 0 || effect.op.startsWith('create') || !isPickedByKey(where, keys);
}

/** Whether such a column is among those that are named, or those by which the row was found before. */
function names(value: Abs, column: RegExp): boolean {
  if (value.k === 'object')
    return Object.entries(value.props).some(([name, part]) => column.test(name) || names(part, column));
  return leaves(value).some(
    (leaf) =>
      leaf.k === 'row' &&
      [...leaf.path, ...(leaf.query?.where?.k === 'object' ? Object.keys(leaf.query.where.props) : [])].some(
        (name) => column.test(name),
      ),
  );
}

/** One row, by a key of its own that the caller gives. */
function isPickedByKey(where: Abs | undefined, keys: ReadonlySet<string>): boolean {
  return (
    where?.k === 'object' &&
    Object.entries(where.props).some(
      ([name, value]) =>
        keys.has(name) &&
        leaves(value).some((leaf) => leaf.k === 'param' || (leaf.k === 'origin' && leaf.o === 'client')),
    )
  );
}
