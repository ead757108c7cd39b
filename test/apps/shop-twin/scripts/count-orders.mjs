import { PrismaClient } from '../lib/generated/prisma/client.ts';

const prisma = new PrismaClient();
//                 ^^^^^^^^^^^^ prisma-schema-location warning

console.info(await prisma.order.count());
await prisma.$disconnect();
