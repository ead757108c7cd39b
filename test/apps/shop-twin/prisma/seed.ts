import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../lib/generated/prisma/client';

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }) });
await prisma.category.createMany({ data: [{ slug: 'books', name: 'Books' }], skipDuplicates: true });
await prisma.$disconnect();
