import { prisma } from '@/lib/db';

export const resetStock = () => prisma.product.updateMany({ data: { stock: 0 } });
//                                             ^^^^^^^^^^ no-unbounded-write error

export const forgetSessions = (userId?: string) =>
  prisma.session.deleteMany({ where: { ...(userId && { userId }) } });
//               ^^^^^^^^^^ no-unbounded-write warning

export const clearReviews = () => prisma.$executeRaw`DELETE FROM "Review"`;
//                                       ^^^^^^^^^^^ no-unbounded-write error

export const clearReviewsOf = (productId: string) =>
  prisma.$executeRaw`DELETE FROM "Review" WHERE "productId" = ${productId}`;
