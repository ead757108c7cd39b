import 'server-only';
import { unstable_cache } from 'next/cache';
import { cache } from 'react';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';

export const myReviewCount = unstable_cache(async () => {
  const session = await auth();
//                      ^^^^ cache-safety error
//                      ^^^^ service-purity hint
  return prisma.review.count({ where: { userId: session?.user.id ?? '' } });
}, ['my-review-count']);

export function orderCount(userId: string) {
  return unstable_cache(() => prisma.order.count({ where: { userId } }), ['order-count'])();
//                                                          ^^^^^^ cache-safety error
}

export const restock = cache((id: string) => prisma.product.update({ where: { id }, data: { stock: 10 } }));
//                                                          ^^^^^^ cache-safety warning

export const productCount = unstable_cache(() => prisma.product.count(), ['product-count'], { tags: ['product'] });
//                          ^^^^^^^^^^^^^^ revalidate-match info
