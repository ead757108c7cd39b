import { z } from 'zod';

export const signInSchema = z.object({ email: z.email(), password: z.string().min(8) });
export const nameSchema = z.object({ name: z.string().min(1).max(80) });
export const promoteSchema = z.object({ userId: z.cuid() });
