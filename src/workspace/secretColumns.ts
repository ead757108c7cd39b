/** Columns whose values must not leave the server: password hashes, tokens, keys. */
import { visitFile } from '../facts/visit.ts';
import type { PrismaField } from '../facts/prismaModel.ts';
import type { Value } from '../facts/tsModel.ts';
import { clientAccessor } from '../prisma/schema.ts';
import type { SchemaModelNode } from '../prisma/schema.ts';
import type { FileId } from '../base/path.ts';
import type { WorkspaceView } from './view.ts';

/** How bad it is when others see it: what signs people in, or what opens one thing. */
export type SecretKind = 'password' | 'token';

const PASSWORD =
  /^(passwd|pwd|pass|hash|salt)$|^(hashed|encrypted|crypted)?_?password(_?(hash|digest|salt))?$|^pass(word)?_?(hash|digest|salt)$|^(totp|otp|two_?factor|mfa)_?(secret|key|seed)$|(recovery|backup)_?codes?$|^private_?key$/i;
const TOKEN =
  /^(access|refresh|id|bot|oauth|reset|verification|session|api|auth|bearer|csrf)_?token(_?(secret|hash))?$|secret(_?(key|hash))?$|^api_?(key|secret)(_?hash)?$|^(hashed|encrypted)_?(key|token|secret)$|credentials?$/i;

/** What kind of secret a column holds, by its name; only texts and bytes can hold one. `/// @secret` says so for any column. */
export function secretKind(field: PrismaField): SecretKind | undefined {
  if (/@secret\b/.test(field.doc ?? '')) return 'password';
  if (field.list || !/^(String|Bytes|Json)$/.test(field.type)) return undefined;
  if (PASSWORD.test(field.name))
    return field.name.toLowerCase() === 'hash' && field.unique ? undefined : 'password';
  return TOKEN.test(field.name) ? 'token' : undefined;
}

/** The same, and what the configuration in force for `file` calls secret (`secretFields`). */
export function secretKindIn(
  view: WorkspaceView,
  file: FileId,
  model: SchemaModelNode,
  field: PrismaField,
): SecretKind | undefined {
  const { secretFields } = view.conventions(file);
  if (secretFields.includes(field.name) || secretFields.includes(`${model.name}.${field.name}`))
    return 'password';
  return secretKind(field);
}

/** The secret columns of a model, as code of `file` sees them, that the client gives back unless it is told not to: those left out by its constructor aren't. */
export function secretColumns(view: WorkspaceView, file: FileId, model: SchemaModelNode): PrismaField[] {
  const secrets = model.fields.filter((field) => secretKindIn(view, file, model, field) !== undefined);
  if (secrets.length === 0) return [];
  const omitted = omittedByClients(view, clientAccessor(model.name));
  return secrets.filter(({ name }) => !omitted.has(name));
}

/** `new PrismaClient({ omit: { user: { password: true } } })` */
function omittedByClients(view: WorkspaceView, accessor: string): Set<string> {
  const out = new Set<string>();
  for (const file of view.withTrait('client')) {
    const facts = view.tsFacts(file);
    if (!facts) continue;
    visitFile(facts, (value) => {
      if (value.k !== 'object') return;
      const columns = propertyOf(propertyOf(value, 'omit'), accessor);
      if (columns?.k !== 'object') return;
      for (const prop of columns.props)
        if (prop.p === 'prop' && !(prop.value.k === 'lit' && prop.value.v === false)) out.add(prop.name);
    });
  }
  return out;
}

function propertyOf(object: Value | undefined, name: string): Value | undefined {
  if (object?.k !== 'object') return undefined;
  return object.props.find((prop) => prop.p === 'prop' && prop.name === name)?.value;
}
