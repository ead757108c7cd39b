import { z } from 'zod';
import { slugSchema } from '@/lib/validations/common';

export const createProductSchema = z.strictObject({
  slug: slugSchema,
  name: z.string().trim().min(1).max(120),
  description: z.string().max(10_000).optional(),
  priceCents: z.coerce.number().int().min(0),
  stock: z.coerce.number().int().min(0),
  categoryId: z.coerce.number().int().min(1),
});

export const setStockSchema = createProductSchema.pick({ slug: true, stock: true });

export type CreateProduct = z.infer<typeof createProductSchema>;
