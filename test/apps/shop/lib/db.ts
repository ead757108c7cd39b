import 'server-only';
import { PrismaPg } from '@prisma/adapter-pg';
import { queryLogger, softDelete } from '@/lib/db-extensions';
import { env } from '@/lib/env';
import { PrismaClient } from '@/lib/generated/prisma/client';

function createClient() {
  const adapter = new PrismaPg({ connectionString: env.DATABASE_URL });
  return new PrismaClient({ adapter, omit: { user: { passwordHash: true } }, log: ['warn', 'error'] })
    .$extends(queryLogger)
    .$extends(softDelete);
}

const globalForPrisma = globalThis as unknown as { prisma?: ReturnType<typeof createClient> };

export const prisma = globalForPrisma.prisma ?? createClient();
if (env.NODE_ENV !== 'production') globalForPrisma.prisma = prisma;

export type Db = typeof prisma;
export type Tx = Parameters<Parameters<Db['$transaction']>[0]>[0];
