'use server';

import { assertStaff } from '@acme/auth';
import { prisma } from '@acme/db';
import { revalidatePath } from 'next/cache';
import { findUser } from '~/lib/services/user.service';

export async function makeStaff(email: string) {
//                    ^^^^^^^^^ action-validation hint
  await assertStaff();
  const user = await findUser(email);
  if (!user) return { success: false };
  await prisma.user.update({ where: { id: user.id }, data: { role: 'STAFF' } });
//                  ^^^^^^ service-layer warning
  revalidatePath('/');
  return { success: true };
}

export async function deleteUser(id: string) {
//                    ^^^^^^^^^^ action-validation hint
//                    ^^^^^^^^^^ action-result hint
//                    ^^^^^^^^^^ action-auth error
  await prisma.user.delete({ where: { id } });
//                  ^^^^^^ service-layer warning
  revalidatePath('/');
}
