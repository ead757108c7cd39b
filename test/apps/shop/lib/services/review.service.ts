import 'server-only';
import { cache } from 'react';
import { prisma } from '@/lib/db';
import { toSkipTake } from '@/lib/validations/common';

export const listReviews = cache((productId: string, page: number, perPage: number) =>
  prisma.review.findMany({
    where: { productId },
    select: { id: true, rating: true, body: true, createdAt: true },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    ...toSkipTake(page, perPage),
  }),
);

/** One review a product and user: writing again replaces it. */
export function writeReview(userId: string, productId: string, rating: number, body: string) {
  return prisma.review.upsert({
    where: { productId_userId: { productId, userId } },
    create: { productId, userId, rating, body },
    update: { rating, body },
    select: { id: true },
  });
}
