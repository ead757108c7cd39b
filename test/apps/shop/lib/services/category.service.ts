import 'server-only';
import { cache } from 'react';
import { prisma } from '@/lib/db';

/** All categories: a small table that only the seed fills. */
export const listCategories = cache(() =>
  prisma.category.findMany({ select: { id: true, name: true }, orderBy: { name: 'asc' } }),
);
