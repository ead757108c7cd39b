'use server';

import { prisma } from '@/lib/db';

export async function listMembers(teamId: string) {
//                    ^^^^^^^^^^^ action-validation warning
//                    ^^^^^^^^^^^ action-result hint
//                    ^^^^^^^^^^^ action-auth error
//                    ^^^^^^^^^^^ action-location info
  return prisma.membership.findMany({
    where: { teamId },
    orderBy: { userId: 'asc' },
    take: 50,
    include: { user: { select: { name: true, email: true } } },
  });
}

export const removeMember = async (teamId: string, userId: string) => {
//           ^^^^^^^^^^^^ action-validation hint
//           ^^^^^^^^^^^^ action-result hint
//           ^^^^^^^^^^^^ action-auth error
  await prisma.membership.delete({ where: { teamId_userId: { teamId, userId } } });
};
