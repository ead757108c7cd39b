import { auth } from '@/auth';
import { prisma } from '@/lib/db';

export async function GET() {
  const session = await auth();
//                      ^^^^ action-auth error
  const orders = await prisma.order.findMany({
//                                  ^^^^^^^^ service-layer hint
    where: { userId: session?.user?.id },
//           ^^^^^^ no-undefined-filter error
    take: 20,
    orderBy: { id: 'asc' },
  });
  return Response.json({ name: session?.user?.name, orders });
}
