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

export async function updateProfile(values: { name: string }) {
  const user = await requireUser();
  await prisma.user.update({ where: { id: user.id }, data: values });
//                                                         ^^^^^^ no-mass-assignment error
//                  ^^^^^^ service-layer hint
  revalidatePath('/account');
  return { success: true };
}
