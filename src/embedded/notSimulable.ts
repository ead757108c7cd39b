/** What a real server may have and the embedded PostgreSQL hasn't: an error from it says nothing about the migration. */
import type { ReplayFailure } from './messages.ts';

const reasons: { code: RegExp; message: RegExp; reason: string }[] = [
  {
    code: /^(0A000|58P01)$/,
    message: /\bextension (control file|"[^"]*" is not available)/i,
    reason: 'it needs an extension that the embedded PostgreSQL does not have',
  },
  {
    code: /^42704$/,
    message: /^type "?(\w+\.)?(vector|halfvec|sparsevec|geometry|geography|box2d|box3d|raster)"?/i,
    reason: 'it needs a type of an extension that the embedded PostgreSQL does not have',
  },
  {
    code: /^42704$/,
    message: /^role "/,
    reason: 'it names a role, and roles belong to a server and not to its migrations',
  },
  {
    code: /^(42704|0A000|22023)$/,
    message: /\b(collation|locale|tablespace|text search configuration)\b/i,
    reason: 'it needs something that is set up on the server',
  },
  {
    code: /^3F000$|^42883$|^42P01$/,
    message: /"?\b(auth|storage|realtime|vault|extensions|graphql|net|cron|pgsodium|pgmq)\b"?/,
    reason: 'it uses what a platform puts into its databases',
  },
  {
    code: /^58/,
    message: /^could not (open|access|stat|read) /i,
    reason: 'it reads or writes files of the server, or loads its libraries',
  },
  { code: /^5[34]/, message: /(?:)/, reason: 'it needs more memory or disk than it is given here' },
  {
    code: /^42501$/,
    message: /(?:)/,
    reason: 'it needs rights that belong to a server',
  },
];

/** Why an error can't be held against a migration; `undefined` when it can. */
export function notSimulable({ code, message }: Pick<ReplayFailure, 'code' | 'message'>): string | undefined {
  return reasons.find((known) => known.code.test(code) && known.message.test(message))?.reason;
}
