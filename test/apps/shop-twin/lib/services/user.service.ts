import { auth } from '@/auth';
import { prisma } from '@/lib/db';

export const getUserByEmail = async (email: string) => {
//           ^^^^^^^^^^^^^^ service-cache hint
  try {
    return await prisma.user.findUnique({ where: { email } });
  } catch { return null; }
//  ^^^^^ no-swallowed-error warning
};

export const getUserById = (id: string) => prisma.user.findUnique({ where: { id } }).catch(() => null);
//                                                                                   ^^^^^ no-swallowed-error warning
//           ^^^^^^^^^^^ service-cache hint

export async function countOrders(userId: string) {
//                    ^^^^^^^^^^^ service-cache hint
  try {
    return await prisma.order.count({ where: { userId } });
  } catch (error) { return 0; }
//  ^^^^^ no-swallowed-error warning
}

export async function touch(id: string) {
  try {
    await prisma.user.update({ where: { id }, data: { updatedAt: new Date() } });
  } catch (error) {
    console.error('touch failed', error);
    throw new Error('Could not update the user', { cause: error });
  }
}

export async function currentProfile() {
  const session = await auth();
//                      ^^^^ service-purity hint
  if (!session?.user) return null;
  return prisma.user.findUnique({ where: { id: session.user.id }, select: { id: true, name: true } });
}
