import 'server-only';
import { cache } from 'react';
import { prisma } from '@/lib/db';
import { toSkipTake } from '@/lib/validations/common';

/** The team with a page of its members; null when the user is not a member. */
export const getTeam = cache((teamId: string, userId: string, page: number, perPage: number) =>
  prisma.team.findUnique({
    where: { id: teamId, members: { some: { userId } } },
    select: {
      id: true,
      name: true,
      members: {
        select: { userId: true, role: true, user: { select: { name: true } } },
        orderBy: { userId: 'asc' },
        ...toSkipTake(page, perPage),
      },
    },
  }),
);

export const isTeamOwner = cache(async (teamId: string, userId: string) => {
  const membership = await prisma.membership.findUnique({
    where: { teamId_userId: { teamId, userId } },
    select: { role: true },
  });
  return membership?.role === 'OWNER';
});

export function createTeam(ownerId: string, name: string) {
  return prisma.team.create({
    data: { name, members: { create: { userId: ownerId, role: 'OWNER' } } },
    select: { id: true },
  });
}

export function addMember(teamId: string, email: string) {
  return prisma.membership.create({
    data: { team: { connect: { id: teamId } }, user: { connect: { email } } },
    select: { userId: true },
  });
}

/** Owners stay; false when there is no such ordinary member. */
export async function removeMember(teamId: string, memberId: string) {
  const { count } = await prisma.membership.deleteMany({ where: { teamId, userId: memberId, role: 'MEMBER' } });
  return count > 0;
}
