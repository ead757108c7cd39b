import type { NextRequest } from 'next/server';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';

export async function GET(request: NextRequest) {
//                    ^^^ action-auth error
  const userId = request.nextUrl.searchParams.get('userId') ?? '';
  const orders = await prisma.order.findMany({ where: { userId }, take: 50, orderBy: { id: 'asc' } });
//                                  ^^^^^^^^ service-layer hint
  return Response.json(orders);
}

export async function POST(request: Request) {
//                    ^^^^ action-validation error
//                    ^^^^ action-auth error
  const { userId, totalCents } = await request.json();
  const order = await prisma.order.create({ data: { userId, totalCents } });
//                                 ^^^^^^ service-layer hint
  return Response.json(order, { status: 201 });
}

export const PATCH = auth(async (request) => {
//                   ^^^^ action-auth error
  const { id, note } = await request.json();
  const order = await prisma.order.update({ where: { id }, data: { note } });
//                                 ^^^^^^ service-layer hint
  console.info('note changed by', request.auth?.user?.id);
  return Response.json(order);
});

export const DELETE = auth(async (request) => {
  if (!request.auth?.user?.id) return Response.json({ error: 'Sign in first' }, { status: 401 });
  const { id } = await request.json();
  const { count } = await prisma.order.deleteMany({ where: { id, userId: request.auth.user.id } });
//                                     ^^^^^^^^^^ service-layer hint
  return Response.json({ count });
});
