import 'server-only';
import { cache } from 'react';
import { prisma } from '@/lib/db';

export const findReviews = cache(() =>
  prisma.review.findMany({ select: { id: true, body: true }, orderBy: { id: 'desc' }, take: 20 }),
);
