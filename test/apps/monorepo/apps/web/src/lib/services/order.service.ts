import { prisma } from '@acme/db';

export const listOrders = (userId: string, page: number) =>
//           ^^^^^^^^^^ service-cache hint
  prisma.order.findMany({ where: { userId }, orderBy: { id: 'asc' }, take: 20, skip: (page - 1) * 20 });

export const listPaidOrders = (userId: string) =>
//           ^^^^^^^^^^^^^^ service-cache hint
  prisma.order.findMany({ where: { userId, paid: true }, orderBy: { createdAt: 'desc' } });
//             ^^^^^^^^ require-pagination hint

export const popular = () => prisma.order.findMany({ include: { product: true } });
//                                        ^^^^^^^^ require-pagination error
//           ^^^^^^^ service-cache hint
