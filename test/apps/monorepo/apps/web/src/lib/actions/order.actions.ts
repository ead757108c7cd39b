'use server';

import { requireUser, traced, withUser } from '@acme/auth';
import { prisma } from '@acme/db';
import { revalidatePath } from 'next/cache';
import { z } from 'zod';

export async function cancelOrder(id: string) {
  const user = await requireUser();
  const { count } = await prisma.order.deleteMany({ where: { id: z.cuid().parse(id), userId: user.id, paid: false } });
//                                     ^^^^^^^^^^ service-layer hint
  revalidatePath('/orders');
  return { success: count > 0 };
}

export const placeOrder = withUser(async (user, productId: string) => {
  await prisma.order.create({ data: { userId: user.id, productId: z.cuid().parse(productId) } });
//                   ^^^^^^ service-layer hint
  revalidatePath('/orders');
  return { success: true };
});

export async function payOrder(id: string) {
//                    ^^^^^^^^ action-validation hint
//                    ^^^^^^^^ action-auth error
  await prisma.order.update({ where: { id }, data: { paid: true } });
//                   ^^^^^^ service-layer hint
  revalidatePath('/orders');
  return { success: true };
}

export const moveOrder = traced('moveOrder', async (id: string, userId: string) => {
//           ^^^^^^^^^ action-validation hint
//           ^^^^^^^^^ action-auth error
  await prisma.order.update({ where: { id }, data: { userId } });
//                   ^^^^^^ service-layer hint
  revalidatePath('/orders');
  return { success: true };
});
