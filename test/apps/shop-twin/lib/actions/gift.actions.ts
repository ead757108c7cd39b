'use server';

import { revalidatePath } from 'next/cache';
import { z } from 'zod';
import { requireUser } from '@/lib/auth-guards';
import { prisma } from '@/lib/db';

const giftSchema = z.object({ userId: z.string(), productId: z.string() });
//    ^^^^^^^^^^ no-duplicate-validation warning
const profileSchema = z.object({ name: z.string().min(1), role: z.enum(['CUSTOMER', 'ADMIN']) });
//    ^^^^^^^^^^^^^ no-duplicate-validation warning
//                               ^^^^ schema-model-drift warning

export async function giveOrder(input: z.infer<typeof giftSchema>) {
//                    ^^^^^^^^^ action-result hint
  await requireUser();
  const { userId, productId } = giftSchema.parse(input);
  const product = await prisma.product.findUniqueOrThrow({ where: { id: productId } });
//                                     ^^^^^^^^^^^^^^^^^ service-layer hint
  await prisma.order.create({ data: { userId, totalCents: product.priceCents } });
//                                    ^^^^^^ no-client-identity error
//                   ^^^^^^ service-layer hint
  revalidatePath('/orders');
//               ^^^^^^^^^ revalidate-match info
}

export async function saveProfile(input: z.infer<typeof profileSchema>) {
//                    ^^^^^^^^^^^ action-result hint
  const user = await requireUser();
  const { name, role } = profileSchema.parse(input);
  await prisma.user.update({ where: { id: user.id }, data: { name, role } });
//                                                                 ^^^^ no-client-identity error
//                  ^^^^^^ service-layer hint
  revalidatePath('/account');
}
