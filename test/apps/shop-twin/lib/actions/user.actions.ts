'use server';

import { revalidatePath } from 'next/cache';
import { requireUser } from '@/lib/auth-guards';
import { prisma } from '@/lib/db';

export async function removeUser(id: string) {
//                    ^^^^^^^^^^ action-validation hint
  await requireUser();
  await prisma.user.delete({ where: { id } });
//                  ^^^^^^ require-role error
//                  ^^^^^^ service-layer hint
  revalidatePath('/admin');
  return { success: true };
}
