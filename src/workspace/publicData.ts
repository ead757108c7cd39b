/** Rows that are meant for more people than their owner, as far as a schema and a query say so. */
import type { SchemaModel, SchemaModelNode } from '../prisma/schema.ts';

const PUBLISHED = /^(slug|published|publishedAt|isPublished|visibility|isPublic|public|listed)$/i;
const CONTENT = /^(content|body|text|votes|likes|rating|caption|headline|stars)$/i;

/**
 * Whether a model holds what people publish: it has an address of its own, a publication state, or content that others react to. What a
 * group owns is the group's, whatever it says.
 */
export function isContent(model: SchemaModelNode, schema: SchemaModel): boolean {
  if (model.fields.some((field) => PUBLISHED.test(field.name))) return true;
  return (
    schema.ownerPath(model.name)?.via !== 'membership' &&
    model.fields.some((field) => CONTENT.test(field.name))
  );
}

/** Field names whose values only the right person knows: tokens, codes, ids of links that are handed out. */
const SECRET =
  /token|secret|hash|otp|^([gu]?uid|uuid)$|(invite|invitation|share|public|link|magic|url|external|access)_?(id|key|code|slug|uid)$|code$|(^|_)key$|(api|access)_?key$|session_?id$|stripe|paypal|checkout_?id|payment_?intent|transaction_?id/i;

/** Whether rows picked by a field are picked by something only the right person knows. */
export function isSecretField(name: string): boolean {
  return SECRET.test(name);
}

/** Models whose rows are handed out one by one to whoever has their address: invitations, sign-in tokens, share links. */
export function isHandedOut(model: SchemaModelNode): boolean {
  return (
    /invit|token|verification|otp|magic_?link|share|session|unsubscri|subscriber|webhook_?event/i.test(
      model.name,
    ) ||
    (!/key/i.test(model.name) &&
      model.fields.some(
        (field) => /token|code|otp|hash|secret/i.test(field.name) && field.type === 'String',
      ) &&
      model.fields.some((field) => /expir|valid_?(until|to)/i.test(field.name) && field.type === 'DateTime'))
  );
}
