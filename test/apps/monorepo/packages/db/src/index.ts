import { env } from '@acme/env';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/prisma/client';

const createClient = () => new PrismaClient({ adapter: new PrismaPg({ connectionString: env.DATABASE_URL }) });

const globalForPrisma = globalThis as unknown as { prisma?: PrismaClient };

export const prisma = globalForPrisma.prisma ?? createClient();
if (process.env.NODE_ENV !== 'production') globalForPrisma.prisma = prisma;

export { Prisma } from './generated/prisma/client';
export type { Order, Product, User } from './generated/prisma/client';
