import 'server-only';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '@/lib/generated/prisma/client';
import { env } from '@/lib/env';

const client = new PrismaClient({ adapter: new PrismaPg({ connectionString: env.DATABASE_URL }) });
//                 ^^^^^^^^^^^^ single-prisma-client warning

export async function countProducts() {
//                    ^^^^^^^^^^^^^ map-stale warning
  return client.product.count();
}
