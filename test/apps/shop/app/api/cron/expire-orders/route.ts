import { env } from '@/lib/env';
import { expireOrders } from '@/lib/services/order.service';
import { hasBearer } from '@/lib/signature';

const DAY_MS = 24 * 60 * 60 * 1000;

export async function POST(request: Request) {
  if (!hasBearer(request, env.CRON_SECRET)) return new Response('unauthorized', { status: 401 });
  try {
    const expired = await expireOrders(new Date(Date.now() - DAY_MS));
    return Response.json({ expired });
  } catch (error) {
    console.error('expire-orders failed', error);
    return new Response('internal error', { status: 500 });
  }
}
