import type { Prisma } from '@/lib/generated/prisma/client';

export const inStock = { where: { stock: { gt: 0 } } } satisfies Prisma.ProductFindManyArgs;

// the page will be used once there are enough products
export function newestFirst(_page: number) {
  return { orderBy: { createdAt: 'desc' } } satisfies Prisma.ProductFindManyArgs;
}

export function firstPage(take = 20) {
  return { take, orderBy: { createdAt: 'desc' } } satisfies Prisma.ProductFindManyArgs;
}
