import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '@prisma/client';
//                           ^^^^^^^^^^^^^^^^ prisma-client-import warning

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }) });
console.log(await prisma.user.count());
await prisma.$disconnect();
