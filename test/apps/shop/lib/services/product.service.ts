import 'server-only';
import { cache } from 'react';
import { prisma } from '@/lib/db';
import type { Prisma } from '@/lib/generated/prisma/client';
import { toSkipTake } from '@/lib/validations/common';
import type { CreateProduct } from '@/lib/validations/product';

const listSelect = { id: true, slug: true, name: true, priceCents: true } satisfies Prisma.ProductSelect;

export const listProducts = cache(async (page: number, perPage: number) => {
  const [items, total] = await prisma.$transaction([
    prisma.product.findMany({
      select: listSelect,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      ...toSkipTake(page, perPage),
    }),
    prisma.product.count(),
  ]);
  return { items, total };
});

export const getProduct = cache((slug: string) =>
  prisma.product.findUnique({
    where: { slug },
    select: { ...listSelect, description: true, stock: true, category: { select: { name: true } } },
  }),
);

export function createProduct(data: CreateProduct) {
  return prisma.product.create({ data, select: { id: true, slug: true } });
}

export function archiveProduct(id: string) {
  return prisma.product.softDelete(id);
}

/** Sets the stock counted in the warehouse; returns how many products were changed (0 or 1). */
export async function setStock(slug: string, stock: number) {
  const { count } = await prisma.product.updateMany({ where: { slug, deletedAt: null }, data: { stock } });
  return count;
}
