import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../lib/generated/prisma/client';

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }) });

const categories = [
  { slug: 'books', name: 'Books' },
  { slug: 'games', name: 'Games' },
  { slug: 'garden', name: 'Garden' },
];

await prisma.category.createMany({ data: categories, skipDuplicates: true });
const books = await prisma.category.findUniqueOrThrow({ where: { slug: 'books' } });
await prisma.product.upsert({
  where: { slug: 'atlas' },
  create: { slug: 'atlas', name: 'Atlas', priceCents: 3900, stock: 12, categoryId: books.id },
  update: {},
});
console.info(`seeded ${categories.length} categories and 1 product`);
await prisma.$disconnect();
