import { z } from 'zod';
import { Role } from '@/lib/generated/prisma/enums';
import { idSchema } from '@/lib/validations/common';

export const signInSchema = z.object({ email: z.email(), password: z.string().min(8) });
export const setRoleSchema = z.strictObject({ userId: idSchema, role: z.enum(Role) });
