/** The names that Prisma gives to keys and indexes: PostgreSQL cuts names at 63 bytes, Prisma before the suffix. */
const LONGEST = 63;

/** `Order_userId_createdAt_idx` of a table, its columns and a suffix. */
export function constraintName(table: string, columns: readonly string[], suffix: string): string {
  const end = `_${suffix}`;
  const bytes = new TextEncoder().encode([table, ...columns].join('_'));
  // A cut inside a character is moved before it.
  let length = Math.min(bytes.length, LONGEST - end.length);
  while (length < bytes.length && ((bytes[length] ?? 0) & 0xc0) === 0x80) length--;
  return new TextDecoder().decode(bytes.subarray(0, length)) + end;
}
