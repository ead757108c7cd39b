import { cache } from 'react';
import { db, prisma } from '@/lib/db';
import type { Prisma } from '@/lib/generated/prisma/client';
import { firstPage, inStock, newestFirst } from '@/lib/list-args';

export const listAll = cache(() => prisma.product.findMany());
//                                                ^^^^^^^^ require-pagination error

export const listNewest = cache(() =>
  prisma.product.findMany({ select: { id: true, name: true }, orderBy: { createdAt: 'desc' } }),
//               ^^^^^^^^ require-pagination error
);

export const listByCategory = cache(async (categoryId: number) => {
  const products = await prisma.product.findMany({ where: { categoryId } });
//                                      ^^^^^^^^ require-pagination warning
  return products;
});

export async function listInStock() {
//                    ^^^^^^^^^^^ service-cache hint
  const args: Prisma.ProductFindManyArgs = { where: { stock: { gt: 0 } }, orderBy: { name: 'asc' } };
  return prisma.product.findMany(args);
//                      ^^^^^^^^ require-pagination warning
}

export const listVisible = () => db.product.findMany({ ...inStock, orderBy: { name: 'asc' } });
//                                          ^^^^^^^^ require-pagination warning
//           ^^^^^^^^^^^ service-cache hint

export const listPage = (page: number) => prisma.product.findMany(newestFirst(page));
//                                                       ^^^^^^^^ require-pagination error
//           ^^^^^^^^ service-cache hint

export const listForExport = () => prisma.product.findMany({ take: undefined, orderBy: { id: 'asc' } });
//                                                ^^^^^^^^ require-pagination error
//           ^^^^^^^^^^^^^ service-cache hint

export const listSome = (all: boolean) => prisma.product.findMany({ take: all ? undefined : 20 });
//                                                       ^^^^^^^^ stable-order hint
//                                                       ^^^^^^^^ require-pagination
//           ^^^^^^^^ service-cache hint

export const catalogue = () =>
//           ^^^^^^^^^ service-cache hint
  prisma.$queryRaw<{ id: string; name: string }[]>`SELECT "id", "name" FROM "Product" ORDER BY "name"`;
//       ^^^^^^^^^ require-pagination error

export const categoriesWithProducts = () =>
//           ^^^^^^^^^^^^^^^^^^^^^^ service-cache hint
  prisma.category.findMany({
    take: 20,
    orderBy: { name: 'asc' },
    include: {
      products: true,
//    ^^^^^^^^ require-pagination
    },
  });

export const productsWithReviews = () =>
//           ^^^^^^^^^^^^^^^^^^^ service-cache hint
  prisma.product.findMany({
    take: 20,
    orderBy: { id: 'asc' },
    select: { id: true, reviews: { select: { body: true }, orderBy: { createdAt: 'desc' } } },
//                      ^^^^^^^ require-pagination
  });

// the bounded ones
export const latest = () => prisma.product.findMany({ ...firstPage(), select: { id: true } });
//                                         ^^^^^^^^ stable-order hint
//           ^^^^^^ service-cache hint
export const best = (limit: number) =>
//           ^^^^ service-cache hint
  prisma.product.findMany({ take: Math.min(limit, 50), orderBy: { id: 'asc' } });
export const cheapest = () =>
//           ^^^^^^^^ service-cache hint
  prisma.$queryRaw<{ id: string }[]>`SELECT "id" FROM "Product" ORDER BY "priceCents" LIMIT 20`;
export const ratings = () =>
//           ^^^^^^^ service-cache hint
  prisma.product.findMany({ take: 20, orderBy: { id: 'asc' }, select: { id: true, reviews: { take: 5 } } });

export const buyLabel = (id: string) => (id === 'gift-card' ? 'Give' : 'Buy');
