import 'server-only';
import { cache } from 'react';
import { prisma } from '@/lib/db';
import type { Prisma } from '@/lib/generated/prisma/client';
import { toSkipTake } from '@/lib/validations/common';
import { MAX_ORDER_ITEMS, type PlaceOrder } from '@/lib/validations/order';

const SWEEP_SIZE = 500;

export class OutOfStockError extends Error {
  override name = 'OutOfStockError';
}

export const listOrders = cache(async (userId: string, page: number, perPage: number) => {
  const where: Prisma.OrderWhereInput = { userId };
  const [items, total] = await prisma.$transaction([
    prisma.order.findMany({
      where,
      select: { id: true, status: true, totalCents: true, createdAt: true },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      ...toSkipTake(page, perPage),
    }),
    prisma.order.count({ where }),
  ]);
  return { items, total };
});

export const getOrder = cache((id: string, userId: string) =>
  prisma.order.findUnique({
    where: { id, userId },
    select: {
      id: true,
      status: true,
      totalCents: true,
      note: true,
      items: {
        select: { id: true, productName: true, quantity: true, unitPriceCents: true },
        orderBy: { id: 'asc' },
        take: MAX_ORDER_ITEMS,
      },
    },
  }),
);

/** Prices come from the database; the stock is taken in the same transaction. */
export async function placeOrder(userId: string, order: PlaceOrder) {
  const ids = order.items.map((item) => item.productId);
  const quantities = order.items.map((item) => item.quantity);
  return prisma.$transaction(async (tx) => {
    const products = await tx.product.findMany({
      where: { id: { in: ids } },
      select: { id: true, name: true, priceCents: true },
    });
    const byId = new Map(products.map((product) => [product.id, product]));
    const taken = await tx.$executeRaw`
      UPDATE "Product" AS p SET "stock" = p."stock" - i.quantity
      FROM unnest(${ids}::text[], ${quantities}::int[]) AS i(id, quantity)
      WHERE p."id" = i.id AND p."deletedAt" IS NULL AND p."stock" >= i.quantity`;
    if (taken !== order.items.length) throw new OutOfStockError();
    const items = order.items.map(({ productId, quantity }) => {
      const product = byId.get(productId);
      if (!product) throw new OutOfStockError();
      return { productId, quantity, productName: product.name, unitPriceCents: product.priceCents };
    });
    const totalCents = items.reduce((sum, item) => sum + item.quantity * item.unitPriceCents, 0);
    return tx.order.create({
      data: { userId, note: order.note, totalCents, items: { create: items } },
      select: { id: true },
    });
  });
}

/** Cancels the user's own order while it is unpaid; false when there is none. */
export async function cancelOrder(id: string, userId: string) {
  const { count } = await prisma.order.updateMany({
    where: { id, userId, status: 'PENDING' },
    data: { status: 'CANCELLED' },
  });
  return count > 0;
}

/** Called after the payment provider's signature was verified; false when the order is not pending. */
export async function markPaid(id: string, paymentReference: string) {
  const { count } = await prisma.order.updateMany({
    where: { id, status: 'PENDING' },
    data: { status: 'PAID', paymentReference },
  });
  return count > 0;
}

/** Cancels at most SWEEP_SIZE unpaid orders older than `before`; returns how many. */
export async function expireOrders(before: Date) {
  const { count } = await prisma.order.updateMany({
    where: { status: 'PENDING', createdAt: { lt: before } },
    data: { status: 'CANCELLED' },
    limit: SWEEP_SIZE,
  });
  return count;
}
