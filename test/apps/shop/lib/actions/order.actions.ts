'use server';

import { revalidatePath } from 'next/cache';
import { redirect } from 'next/navigation';
import { fail, ok, type ActionResult } from '@/lib/action-result';
import { currentUserOrError, requireUser } from '@/lib/auth-guards';
import * as orders from '@/lib/services/order.service';
import { idSchema } from '@/lib/validations/common';
import { placeOrderSchema } from '@/lib/validations/order';

export async function placeOrder(input: unknown): Promise<ActionResult> {
  const parsed = placeOrderSchema.safeParse(input);
  if (!parsed.success) return fail('Invalid order', 'VALIDATION');

  const user = await requireUser();

  let order: { id: string };
  try {
    order = await orders.placeOrder(user.id, parsed.data);
  } catch (error) {
    console.error('placeOrder failed', error);
    if (error instanceof orders.OutOfStockError) return fail('Out of stock', 'OUT_OF_STOCK');
    return fail('Could not place the order', 'INTERNAL');
  }
  revalidatePath('/orders');
  redirect(`/orders/${order.id}`);
}

export async function cancelOrder(id: string): Promise<ActionResult> {
  const parsed = idSchema.safeParse(id);
  if (!parsed.success) return fail('Invalid id', 'VALIDATION');

  const { user, error } = await currentUserOrError();
  if (error) return { success: false, error };

  try {
    const cancelled = await orders.cancelOrder(parsed.data, user.id);
    if (!cancelled) return fail('No unpaid order', 'NOT_FOUND');
  } catch (cause) {
    console.error('cancelOrder failed', cause);
    return fail('Could not cancel the order', 'INTERNAL');
  }
  revalidatePath('/orders');
  return ok();
}
