import { z } from 'zod';
import { idSchema } from '@/lib/validations/common';

export const MAX_ORDER_ITEMS = 20;

export const placeOrderSchema = z.strictObject({
  items: z
    .array(z.strictObject({ productId: idSchema, quantity: z.number().int().min(1).max(99) }))
    .min(1)
    .max(MAX_ORDER_ITEMS),
  note: z.string().max(500).optional(),
});

export const paymentEventSchema = z.object({
  type: z.literal('payment.succeeded'),
  orderId: idSchema,
  paymentReference: z.string().min(1),
});

export type PlaceOrder = z.infer<typeof placeOrderSchema>;
