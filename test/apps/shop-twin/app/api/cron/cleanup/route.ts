import { timingSafeEqual } from 'node:crypto';
import { prisma } from '@/lib/db';
import { sendMail } from '@/lib/mailer';

export async function POST(request: Request) {
  const given = Buffer.from(request.headers.get('authorization') ?? '');
  const expected = Buffer.from(`Bearer ${process.env.CRON_SECRET}`);
//                                       ^^^^^^^^^^^^^^^^^^^^^^^ env-module warning
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return new Response('unauthorized', { status: 401 });
  }
  const { count } = await prisma.verificationToken.deleteMany({ where: { expires: { lt: new Date() } } });
//                                                                       ^^^^^^^ missing-index info
//                                                 ^^^^^^^^^^ service-layer hint
  await sendMail(process.env.ADMIN_EMAIL!, 'Cleanup', `${count} tokens removed`).catch(() => undefined);
//               ^^^^^^^^^^^^^^^^^^^^^^^ env-module warning
//                                                                               ^^^^^ no-swallowed-error warning
  return Response.json({ count });
}
