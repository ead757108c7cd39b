import 'server-only';
import { createHmac, timingSafeEqual } from 'node:crypto';

function sameText(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** True when `signature` is the hex HMAC-SHA256 of the raw body. */
export function verifySignature(body: string, signature: string | null, secret: string): boolean {
  return sameText(signature ?? '', createHmac('sha256', secret).update(body).digest('hex'));
}

/** True when the request carries `Authorization: Bearer <secret>`. */
export function hasBearer(request: Request, secret: string): boolean {
  return sameText(request.headers.get('authorization') ?? '', `Bearer ${secret}`);
}
