import { z } from 'zod';

export const productSchema = z.object({
  slug: z.string().min(1),
//^^^^ schema-model-drift warning
  name: z.string().min(1),
//^^^^ schema-model-drift warning
  priceCents: z.coerce.number().int(),
  categoryId: z.coerce.number().int(),
});

export const stockSchema = z.object({ sku: z.number().int(), stock: z.number().int().min(0) });
