import { Prisma } from '@/lib/generated/prisma/client';

const SLOW_QUERY_MS = 200;

export const queryLogger = Prisma.defineExtension({
  name: 'query-logger',
  query: {
    async $allOperations({ model, operation, args, query }) {
      const started = performance.now();
      try {
        return await query(args);
      } finally {
        const ms = Math.round(performance.now() - started);
        if (ms > SLOW_QUERY_MS) console.warn('slow query', { model, operation, ms });
      }
    },
  },
});

const live = { deletedAt: null };

export const softDelete = Prisma.defineExtension((client) =>
  client.$extends({
    name: 'soft-delete',
    query: {
      product: {
        findMany: ({ args, query }) => query({ ...args, where: { ...live, ...args.where } }),
        findFirst: ({ args, query }) => query({ ...args, where: { ...live, ...args.where } }),
        findUnique: ({ args, query }) => query({ ...args, where: { ...live, ...args.where } }),
        count: ({ args, query }) => query({ ...args, where: { ...live, ...args.where } }),
      },
    },
    model: {
      product: {
        softDelete(id: string) {
          return client.product.update({ where: { id }, data: { deletedAt: new Date() }, select: { slug: true } });
        },
      },
    },
  }),
);
