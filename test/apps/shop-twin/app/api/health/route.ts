import { prisma } from '@/lib/db';

export async function GET() {
  try {
    await prisma.$queryRaw`SELECT 1`;
    return Response.json({ up: true });
  } catch (error) {
    console.error('health check failed', error);
    return Response.json({ up: false }, { status: 503 });
  }
}
