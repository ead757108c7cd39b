'use server';

import { revalidatePath, updateTag } from 'next/cache';
import { auth } from '@/auth';
import { checkAdmin } from '@/lib/auth-guards';
import { prisma } from '@/lib/db';
import { productSchema } from '@/lib/validations/product';

export async function createProduct(formData: FormData) {
  const session = await auth();
//                      ^^^^ action-auth error
  const data = productSchema.parse(Object.fromEntries(formData));
  const product = await prisma.product.create({ data });
//                                     ^^^^^^ service-layer hint
  console.info('created by', session?.user?.id);
  revalidatePath('/');
  updateTag('products');
//          ^^^^^^^^^^ revalidate-match info
  return { success: true, data: { id: product.id } };
}

export async function updateProduct(id: string, formData: FormData) {
//                    ^^^^^^^^^^^^^ action-validation hint
  const session = auth();
//                ^^^^ action-auth error
  if (session === null) return { success: false, error: 'Sign in first' };
  await prisma.product.update({ where: { id }, data: productSchema.parse(Object.fromEntries(formData)) });
//                     ^^^^^^ service-layer hint
  revalidatePath('/');
  return { success: true };
}

export async function setPrice(id: string, priceCents: number) {
//                    ^^^^^^^^ action-validation error
//                    ^^^^^^^^ action-result hint
  const session = await auth();
//                      ^^^^ action-auth error
  if (!session?.user) {
    console.warn('setPrice without a session');
  }
  await prisma.product.update({ where: { id }, data: { priceCents } });
//                     ^^^^^^ service-layer hint
  revalidatePath('/');
}

export async function deleteProduct(id: string) {
//                    ^^^^^^^^^^^^^ action-validation hint
//                    ^^^^^^^^^^^^^ action-auth error
  try {
    await prisma.product.delete({ where: { id } });
//                       ^^^^^^ service-layer hint
    revalidatePath('/');
    return { success: true };
  } catch (error) { return { success: true }; }
//  ^^^^^ no-swallowed-error warning
}

export async function setStock(id: string, stock: number) {
//                    ^^^^^^^^ action-validation error
//                    ^^^^^^^^ action-result hint
//                    ^^^^^^^^ action-auth error
  await checkAdmin();
  await prisma.product.update({ where: { id }, data: { stock } });
//                     ^^^^^^ service-layer hint
  revalidatePath('/');
}

export async function rename(id: string, name: string) {
//                    ^^^^^^ action-validation error
  const { error } = await checkAdmin();
  if (error) return { success: false, error };
  try {
    await prisma.product.update({ where: { id }, data: { name } });
//                       ^^^^^^ service-layer hint
    revalidatePath('/');
  } catch (cause) { console.error('rename failed', cause); }
//  ^^^^^ no-swallowed-error warning
  return { success: true };
}
