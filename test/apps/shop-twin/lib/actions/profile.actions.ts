'use server';

import { revalidatePath } from 'next/cache';
import { prisma } from '@/lib/db';
import { actionClient, adminAction, authAction } from '@/lib/safe-action';
import { nameSchema, promoteSchema } from '@/lib/validations/user';

export const deleteAccount = actionClient.inputSchema(promoteSchema).action(async ({ parsedInput }) => {
//           ^^^^^^^^^^^^^ action-auth error
  await prisma.user.delete({ where: { id: parsedInput.userId } });
//                  ^^^^^^ service-layer hint
  revalidatePath('/admin');
});

export const promote = adminAction.inputSchema(promoteSchema).action(async ({ parsedInput }) => {
//           ^^^^^^^ action-auth error
  await prisma.user.update({ where: { id: parsedInput.userId }, data: { role: 'ADMIN' } });
//                  ^^^^^^ service-layer hint
  revalidatePath('/admin');
});

export const renameMe = authAction.inputSchema(nameSchema).action(async ({ parsedInput, ctx }) => {
  const me = await prisma.user.update({ where: { id: ctx.userId }, data: { name: parsedInput.name } });
//                             ^^^^^^ service-layer hint
//                             ^^^^^^ no-overfetch warning
  revalidatePath('/account');
  return { me };
});
