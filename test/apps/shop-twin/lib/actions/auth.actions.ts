'use server';

import { hash } from 'bcryptjs';
import { AuthError } from 'next-auth';
import { revalidatePath } from 'next/cache';
import { signIn, signOut } from '@/auth';
import { fail, ok, type ActionResult } from '@/lib/action-result';
import { requireUser } from '@/lib/auth-guards';
import { prisma } from '@/lib/db';
import { signInSchema } from '@/lib/validations/user';

export async function login(_previous: ActionResult | null, formData: FormData): Promise<ActionResult> {
  const parsed = signInSchema.safeParse(Object.fromEntries(formData));
  if (!parsed.success) return fail('Invalid input');
  try {
    await signIn('credentials', { ...parsed.data, redirectTo: '/account' });
    return ok();
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    console.warn('sign-in refused', error.type);
    return fail('Wrong email or password');
  }
}

export async function register(_previous: ActionResult | null, formData: FormData): Promise<ActionResult> {
  const parsed = signInSchema.safeParse(Object.fromEntries(formData));
  if (!parsed.success) return fail('Invalid input');
  const passwordHash = await hash(parsed.data.password, 12);
  try {
    await prisma.user.create({ data: { email: parsed.data.email, passwordHash } });
//                    ^^^^^^ service-layer hint
    return ok();
  } catch (error) {
    console.error('register failed', parsed.data, error);
//                                          ^^^^ no-secret-log error
    return fail('Could not create the account');
  }
}

export async function changeEmail(input: unknown): Promise<ActionResult> {
  const parsed = signInSchema.pick({ email: true }).safeParse(input);
  if (!parsed.success) throw new Error('Invalid input');
//                               ^^^^^ action-result warning
  const user = await requireUser();
  try {
    await prisma.user.update({ where: { id: user.id }, data: { email: parsed.data.email } });
//                    ^^^^^^ service-layer hint
    revalidatePath('/account');
    return ok();
  } catch (error) {
    console.error('changeEmail failed', error);
    return fail(error instanceof Error ? error.message : 'Could not change the address');
//                                             ^^^^^^^ action-result warning
  }
}

export async function logout() {
  await signOut({ redirectTo: '/' });
}
