import { auth } from '@/auth';
import { prisma } from '@/lib/db';

type Context = { params: Promise<{ id: string }> };

export async function GET(_request: Request, { params }: Context) {
  const session = await auth();
  if (!session?.user?.id) return Response.json({ error: 'Sign in first' }, { status: 401 });
  const { id } = await params;
  const order = await prisma.order.findUnique({ where: { id } });
//                                 ^^^^^^^^^^ owner-filter error
//                                 ^^^^^^^^^^ service-layer hint
  return Response.json(order);
}

export async function DELETE(_request: Request, { params }: Context) {
  const session = await auth();
  if (!session?.user?.id) return Response.json({ error: 'Sign in first' }, { status: 401 });
  const { id } = await params;
  await prisma.order.delete({ where: { id } });
//                   ^^^^^^ owner-filter error
//                   ^^^^^^ service-layer hint
  return new Response(null, { status: 204 });
}
