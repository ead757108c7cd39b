'use server';

import { revalidatePath } from 'next/cache';
import { notFound, redirect } from 'next/navigation';
import { auth } from '@/auth';
import { getCurrentUser, requireUser } from '@/lib/auth-guards';
import { prisma } from '@/lib/db';
import { notify } from '@/lib/mailer';
import { charge } from '@/lib/payments';

export async function placeOrder(productId: string) {
//                    ^^^^^^^^^^ action-validation hint
  const user = await requireUser();
  try {
    const product = await prisma.product.findUniqueOrThrow({ where: { id: productId } });
//                                       ^^^^^^^^^^^^^^^^^ service-layer hint
    const order = await prisma.order.create({ data: { userId: user.id, totalCents: product.priceCents } });
//                                   ^^^^^^ service-layer hint
    await charge(order.totalCents, order.id);
    redirect(`/orders/${order.id}`);
  } catch (error) { console.error('placeOrder failed', error); return { success: false, error: 'Could not place the order' }; }
//  ^^^^^ no-swallowed-error error
}

export async function cancelOrder(id: string) {
//                    ^^^^^^^^^^^ action-validation hint
//                    ^^^^^^^^^^^ action-auth error
  const order = await prisma.order.update({ where: { id }, data: { status: 'CANCELLED' } });
//                                 ^^^^^^ action-order warning
//                                 ^^^^^^ service-layer hint
  const session = await auth();
  if (session?.user?.id !== order.userId) return { success: false, error: 'Not yours' };
  if (session.user.email) notify(session.user.email, 'Your order was cancelled');
  revalidatePath('/account');
  return { success: true };
}

export async function addNote(id: string, note: string) {
//                    ^^^^^^^ action-validation error
//                    ^^^^^^^ action-result hint
//                    ^^^^^^^ action-auth error
  const user = await getCurrentUser();
  await prisma.order.update({ where: { id, userId: user?.id }, data: { note } });
//                                         ^^^^^^ no-undefined-filter error
//                   ^^^^^^ service-layer hint
  revalidatePath('/account');
}

export async function repeatOrder(id: string) {
//                    ^^^^^^^^^^^ action-validation hint
  const user = await requireUser();
  try {
    const order = await prisma.order.findUnique({ where: { id, userId: user.id } });
//                                   ^^^^^^^^^^ service-layer hint
    if (!order) notFound();
    await prisma.order.create({ data: { userId: user.id, totalCents: order.totalCents } });
//                     ^^^^^^ service-layer hint
  } catch { return { success: false, error: 'Could not repeat the order' }; }
//  ^^^^^ no-swallowed-error error
  return { success: true };
}

// was used by the old support page
export async function findOrdersByEmail(email: string) {
//                    ^^^^^^^^^^^^^^^^^ action-validation hint
//                    ^^^^^^^^^^^^^^^^^ action-result hint
//                    ^^^^^^^^^^^^^^^^^ action-auth error
  return prisma.order.findMany({ where: { user: { email } }, take: 20, orderBy: { createdAt: 'desc' } });
//                                                                     ^^^^^^^ stable-order hint
//                    ^^^^^^^^ service-layer hint
}
