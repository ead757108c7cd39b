import { prisma } from '@/lib/db';

export async function withBuyers(orders: { id: string; userId: string }[]) {
  const rows = [];
  for (const order of orders) {
    const buyer = await prisma.user.findUnique({ where: { id: order.userId }, select: { id: true, name: true } });
//                                  ^^^^^^^^^^ no-n-plus-one warning
    rows.push({ order: order.id, buyer: buyer?.name ?? 'somebody' });
  }
  return rows;
}

export async function removeReviews(ids: string[]) {
  for (const id of ids) {
    await prisma.review.delete({ where: { id } });
//                      ^^^^^^ no-n-plus-one warning
  }
}

export async function hasOrders(userId: string) {
//                    ^^^^^^^^^ service-cache hint
  const orders = await prisma.order.findMany({ where: { userId }, select: { id: true } });
//                                  ^^^^^^^^ require-pagination hint
//                                  ^^^^^^^^ query-in-database warning
  return orders.length > 0;
}

export async function soldOut(ids: string[]) {
  const products = await prisma.product.findMany({ where: { id: { in: ids } } });
//                                      ^^^^^^^^ query-in-database warning
  return products.filter((product) => product.stock === 0).map((product) => product.name);
}

export const openTeams = () => prisma.team.findMany({ where: { deletedAt: null }, orderBy: { id: 'asc' }, take: 20 });
//           ^^^^^^^^^ service-cache hint

export const countTeams = () => prisma.team.count();
//           ^^^^^^^^^^ service-cache hint
//                                          ^^^^^ soft-delete warning

export const closeTeam = (id: string) => prisma.team.update({ where: { id }, data: { deletedAt: new Date() } });

export const removeTeam = (id: string) => prisma.team.delete({ where: { id } });
//                                                    ^^^^^^ soft-delete warning
