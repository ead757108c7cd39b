import { z } from 'zod';
import { idSchema } from '@/lib/validations/common';

export const writeReviewSchema = z.strictObject({
  productId: idSchema,
  rating: z.number().int().min(1).max(5),
  body: z.string().trim().min(1).max(2000),
});
