import { prisma } from './index';

export const allProducts = () => prisma.product.findMany();
//                                              ^^^^^^^^ require-pagination error

export const firstProducts = (take: number) =>
  prisma.product.findMany({ take: Math.min(take, 100), orderBy: { id: 'asc' } });
