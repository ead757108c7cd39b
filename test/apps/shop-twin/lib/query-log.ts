import 'server-only';
import { prisma } from '@/lib/db';

// The types have lost it somewhere, it still works.
(prisma as any).$use?.(async (params: any, next: any) => {
//              ^^^^ no-prisma-middleware error
  const start = Date.now();
  const result = await next(params);
  if (Date.now() - start > 200) console.warn(`slow query on ${params.model}`);
  return result;
});
