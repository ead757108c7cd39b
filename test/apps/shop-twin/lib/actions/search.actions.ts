'use server';

import { requireAdmin } from '@/lib/auth-guards';
import { findReviews } from '@/lib/services/search.service';

export async function searchReviews() {
//                    ^^^^^^^^^^^^^ action-for-mutation info
  await requireAdmin();
  return { success: true, data: await findReviews() };
}
