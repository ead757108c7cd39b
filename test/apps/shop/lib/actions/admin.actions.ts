'use server';

import { revalidatePath } from 'next/cache';
import { fail, ok, type ActionResult } from '@/lib/action-result';
import { requireAdmin } from '@/lib/auth-guards';
import * as users from '@/lib/services/user.service';
import { setRoleSchema } from '@/lib/validations/user';

export async function setRole(input: unknown): Promise<ActionResult> {
  const parsed = setRoleSchema.safeParse(input);
  if (!parsed.success) return fail('Invalid input', 'VALIDATION');

  const admin = await requireAdmin();
  if (admin.id === parsed.data.userId) return fail('You cannot change your own role', 'FORBIDDEN');

  try {
    await users.setRole(parsed.data.userId, parsed.data.role);
  } catch (error) {
    console.error('setRole failed', error);
    return fail('Could not change the role', 'INTERNAL');
  }
  revalidatePath('/admin');
  return ok();
}
