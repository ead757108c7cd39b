import prisma from '@/lib/db';
import type { PrismaClient, Prisma } from '@/lib/generated/prisma/client';

export const listForUser = (userId: string) =>
//           ^^^^^^^^^^^ service-cache hint
  prisma.order.findMany({ where: { userId }, orderBy: { createdAt: 'desc' } });
//             ^^^^^^^^ require-pagination hint

export const listMemberships = async (userId: string) => {
//           ^^^^^^^^^^^^^^^ service-cache hint
  return await prisma.membership.findMany({ where: { userId }, include: { team: true } });
//                               ^^^^^^^^ require-pagination hint
};

export function listReviews(client: Prisma.TransactionClient, productId: string) {
  return client.review.findMany({ where: { productId } });
//                     ^^^^^^^^ require-pagination warning
}

export async function totals() {
//                    ^^^^^^ service-cache hint
  return prisma.$transaction(async (tx) => {
    const orders = await tx.order.findMany({ select: { totalCents: true } });
//                                ^^^^^^^^ require-pagination error
//                                ^^^^^^^^ query-in-database warning
    return orders.reduce((sum, order) => sum + order.totalCents, 0);
  });
}

export async function dashboard() {
//                    ^^^^^^^^^ service-cache hint
  const [users, unpaid] = await Promise.all([
    prisma.user.findMany(),
//              ^^^^^^^^ require-pagination error
    prisma.order.count({ where: { status: 'PENDING' } }),
  ]);
  return { users, unpaid };
}

export class OrderReport {
  constructor(private readonly client: PrismaClient) {}

  async unpaid() {
    return this.client.order
      .findMany({
//     ^^^^^^^^ require-pagination warning
        where: { status: 'PENDING' },
        orderBy: { createdAt: 'asc' },
      });
  }
}
