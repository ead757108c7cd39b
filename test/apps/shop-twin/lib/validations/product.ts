import { z } from 'zod';

export const productSchema = z.object({
  slug: z.string().min(1),
  name: z.string().min(1),
  priceCents: z.coerce.number().int(),
  categoryId: z.coerce.number().int(),
});
