/** Rows that are meant for more people than their owner, as far as a schema and a query say so. */
import type { SchemaModel, SchemaModelNode } from '../prisma/schema.ts';

const PUBLISHED = /^(slug|published|publishedAt|isPublished|visibility|isPublic|public|listed)$/i;
/** Goods are shown: what has a price and a picture is meant to be seen by those who may buy it. */
const PRICE = /^(unit|base|list|sale|starting)?_?price(_?(in)?_?cents)?$/i;
const PICTURE = /^(photo|image|picture|thumbnail|cover)s?(_?urls?)?$/i;
const CONTENT = /^(content|body|text|votes|likes|rating|caption|headline|stars)$/i;

/**
 * Whether a model holds what people publish: it has an address of its own, a publication state, a price and a picture, or content that others react to. What a
 * group owns is the group's, whatever it says.
 */
export function isContent(model: SchemaModelNode, schema: SchemaModel): boolean {
  const has = (name: RegExp): boolean => model.fields.some((field) => name.test(field.name));
  if (has(PUBLISHED) || (has(PRICE) && has(PICTURE))) return true;
  return schema.ownerPath(model.name)?.via !== 'membership' && has(CONTENT);
}

/** Whether a model's rows are what somebody has said: a comment, a message, a post. */
export function isWritten(model: SchemaModelNode): boolean {
  return model.fields.some((field) => /^(content|body|text|message|caption)$/i.test(field.name));
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
