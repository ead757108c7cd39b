import { prisma } from '@/lib/db';
import { Prisma } from '@/lib/generated/prisma/client';

export const resetStock = () => prisma.product.updateMany({ data: { stock: 0 } });
//                                             ^^^^^^^^^^ no-unbounded-write error

export const forgetSessions = (userId?: string) =>
  prisma.session.deleteMany({ where: { ...(userId && { userId }) } });
//               ^^^^^^^^^^ no-unbounded-write warning

export const clearReviews = () => prisma.$executeRaw`DELETE FROM "Review"`;
//                                       ^^^^^^^^^^^ no-unbounded-write error

export const clearReviewsOf = (productId: string) =>
  prisma.$executeRaw`DELETE FROM "Review" WHERE "productId" = ${productId}`;

export const countReviews = (body: string) =>
//           ^^^^^^^^^^^^ service-cache hint
  prisma.$queryRawUnsafe<{ count: bigint }[]>(`SELECT count(*) FROM "Review" WHERE "body" LIKE '%${body}%'`);
//       ^^^^^^^^^^^^^^^ no-unsafe-raw-query warning

export const averagePer = (column: string) =>
//           ^^^^^^^^^^ service-cache hint
  prisma.$queryRaw<{ avg: number }[]>`SELECT avg("rating") FROM "Review" GROUP BY ${Prisma.raw(column)} LIMIT 20`;
//                                                                                         ^^^ no-unsafe-raw-query warning

export const newestReviews = (size: number) =>
//           ^^^^^^^^^^^^^ service-cache hint
  prisma.review.findMany({
    select: { id: true, body: true },
    orderBy: { id: 'desc' },
    take: size,
//  ^^^^ bounded-take warning
  });

export const forgetGiftWrap = (orderId: string) =>
  prisma.$executeRaw`UPDATE "Order" SET "giftWrap" = false WHERE "id" = ${orderId}`;
  //     ^^^^^^^^^^^ migration-breaks-code error
