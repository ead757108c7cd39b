'use server';

import { revalidatePath } from 'next/cache';
import { ok } from '@/lib/action-result';
import { authActionClient } from '@/lib/safe-action';
import * as reviews from '@/lib/services/review.service';
import { writeReviewSchema } from '@/lib/validations/review';

export const writeReview = authActionClient
  .inputSchema(writeReviewSchema)
  .action(async ({ parsedInput, ctx }) => {
    const { productId, rating, body } = parsedInput;
    const review = await reviews.writeReview(ctx.userId, productId, rating, body);
    revalidatePath('/products/[slug]', 'page');
    return ok({ id: review.id });
  });
