import 'server-only';
import { cache } from 'react';
import { prisma } from '@/lib/db';
import type { Role } from '@/lib/generated/prisma/enums';
import { toSkipTake } from '@/lib/validations/common';

export const listUsers = cache((page: number, perPage: number) =>
  prisma.user.findMany({
    select: { id: true, name: true, email: true, role: true },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    ...toSkipTake(page, perPage),
  }),
);

/** For the sign-in only: the one read that selects the hash. */
export const findCredentials = cache((email: string) =>
  prisma.user.findUnique({
    where: { email },
    select: { id: true, email: true, role: true, passwordHash: true },
  }),
);

export function setRole(id: string, role: Role) {
  return prisma.user.update({ where: { id }, data: { role }, select: { id: true } });
}
