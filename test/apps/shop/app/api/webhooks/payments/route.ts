import { revalidatePath } from 'next/cache';
import { env } from '@/lib/env';
import { markPaid } from '@/lib/services/order.service';
import { verifySignature } from '@/lib/signature';
import { paymentEventSchema } from '@/lib/validations/order';

export async function POST(request: Request) {
  const body = await request.text();
  const signature = request.headers.get('x-payment-signature');
  if (!verifySignature(body, signature, env.PAYMENT_WEBHOOK_SECRET)) {
    return new Response('bad signature', { status: 401 });
  }
  try {
    const event = paymentEventSchema.safeParse(JSON.parse(body));
    if (!event.success) return new Response('bad event', { status: 400 });
    const paid = await markPaid(event.data.orderId, event.data.paymentReference);
    if (!paid) return new Response('no pending order', { status: 409 });
    revalidatePath('/orders/[id]', 'page');
    return new Response(null, { status: 204 });
  } catch (error) {
    console.error('payment webhook failed', error);
    return new Response('internal error', { status: 500 });
  }
}
