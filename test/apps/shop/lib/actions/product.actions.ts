'use server';

import { revalidatePath } from 'next/cache';
import { auth } from '@/auth';
import { fail, ok, type ActionResult } from '@/lib/action-result';
import { Prisma } from '@/lib/generated/prisma/client';
import * as products from '@/lib/services/product.service';
import { idSchema } from '@/lib/validations/common';
import { createProductSchema } from '@/lib/validations/product';

export async function createProduct(
  _previous: ActionResult<{ slug: string }> | null,
  formData: FormData,
): Promise<ActionResult<{ slug: string }>> {
  const parsed = createProductSchema.safeParse(Object.fromEntries(formData));
  if (!parsed.success) return fail('Invalid input', 'VALIDATION');

  const session = await auth();
  if (!session?.user?.id) return fail('Sign in first', 'UNAUTHENTICATED');
  if (session.user.role !== 'ADMIN' && session.user.role !== 'STAFF') return fail('Staff only', 'FORBIDDEN');

  try {
    const product = await products.createProduct(parsed.data);
    revalidatePath('/');
    return ok({ slug: product.slug });
  } catch (error) {
    console.error('createProduct failed', error);
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
      return fail('This address is taken', 'CONFLICT');
    }
    return fail('Could not create the product', 'INTERNAL');
  }
}

export async function archiveProduct(id: string): Promise<ActionResult> {
  const parsed = idSchema.safeParse(id);
  if (!parsed.success) return fail('Invalid id', 'VALIDATION');

  const session = await auth();
  if (session?.user?.role !== 'ADMIN') return fail('Administrators only', 'FORBIDDEN');

  try {
    const { slug } = await products.archiveProduct(parsed.data);
    revalidatePath('/');
    revalidatePath(`/products/${slug}`);
    return ok();
  } catch (error) {
    console.error('archiveProduct failed', error);
    return fail('Could not archive the product', 'INTERNAL');
  }
}
