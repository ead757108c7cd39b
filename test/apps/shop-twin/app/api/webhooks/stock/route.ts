import { prisma } from '@/lib/db';
import { stockSchema } from '@/lib/validations/product';

export async function POST(request: Request) {
  const secret = process.env.STOCK_WEBHOOK_SECRET;
//               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ env-module warning
  if (secret && request.headers.get('x-stock-secret') !== secret) return new Response('unauthorized', { status: 401 });
//    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ webhook-signature error
  const { sku, stock } = stockSchema.parse(await request.json());
  await prisma.product.updateMany({ where: { sku }, data: { stock } });
//                                           ^^^ missing-index warning
//                     ^^^^^^^^^^ service-layer hint
  return Response.json({ received: true });
}
