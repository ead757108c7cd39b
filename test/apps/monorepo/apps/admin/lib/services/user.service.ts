import { prisma, type User } from '@acme/db';

export const listUsers = () => prisma.user.findMany({ orderBy: { id: 'asc' }, take: 50 });
//           ^^^^^^^^^ service-cache hint

export async function findUser(email: string): Promise<User | null> {
//                    ^^^^^^^^ service-cache hint
  try {
    return await prisma.user.findUnique({ where: { email } });
  } catch { return null; }
//  ^^^^^ no-swallowed-error warning
}
