import { z } from 'zod';
import { idSchema } from '@/lib/validations/common';

export const createTeamSchema = z.strictObject({ name: z.string().trim().min(1).max(60) });
export const addMemberSchema = z.strictObject({ teamId: idSchema, email: z.email() });
export const removeMemberSchema = z.strictObject({ teamId: idSchema, memberId: idSchema });
