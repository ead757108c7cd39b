import { redirect } from 'next/navigation';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';

export default async function MyReviews() {
  const session = await auth();
  if (!session?.user) redirect('/login');
  const { id: userId } = session.user;
  const reviews = await prisma.review.findMany({
//                                    ^^^^^^^^ service-layer hint
    where: { userId },
    select: { id: true, body: true },
    orderBy: { id: 'desc' },
    take: 20,
  });

  async function withdraw() {
//               ^^^^^^^^ action-revalidate warning
//               ^^^^^^^^ action-location info
//               ^^^^^^^^ action-result hint
    'use server';
    const current = await auth();
    if (!current?.user) redirect('/login');
    await prisma.review.deleteMany({ where: { userId: current.user.id } });
//                      ^^^^^^^^^^ service-layer hint
  }

  return (
    <form action={withdraw}>
      <ul>
        {reviews.map((review) => (
          <li key={review.id}>{review.body}</li>
        ))}
      </ul>
      <button type="submit">Withdraw all</button>
    </form>
  );
}
