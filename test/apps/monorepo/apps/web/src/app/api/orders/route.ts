import { auth } from '@acme/auth';
import { prisma } from '@acme/db';
import { listOrders } from '@/lib/services/order.service';

export async function GET() {
  const session = await auth();
  if (!session?.user?.id) return Response.json({ error: 'Sign in first' }, { status: 401 });
  return Response.json(await listOrders(session.user.id, 1));
}

export async function DELETE(request: Request) {
//                    ^^^^^^ action-validation hint
//                    ^^^^^^ action-auth error
  const { id } = await request.json();
  await prisma.order.delete({ where: { id } });
//                   ^^^^^^ service-layer hint
  await fetch(`${process.env.STOCK_URL}/orders/${id}`, { method: 'DELETE' });
//               ^^^^^^^^^^^^^^^^^^^^^ env-module warning
  return new Response(null, { status: 204 });
}
