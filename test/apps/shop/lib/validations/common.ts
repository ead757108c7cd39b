import { z } from 'zod';

export const MAX_PAGE_SIZE = 100;

export const idSchema = z.cuid();
export const slugSchema = z.string().regex(/^[a-z0-9-]+$/).max(120);

export const paginationSchema = z.object({
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  perPage: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(20),
});

/** `page` is 1-based. */
export const toSkipTake = (page: number, perPage: number) => ({ skip: (page - 1) * perPage, take: perPage });
