import { newestReviews } from '@/lib/services/maintenance.service';

export default async function ReviewsPage({ searchParams }: { searchParams: Promise<{ size?: string }> }) {
  const { size } = await searchParams;
  const reviews = await newestReviews(Number(size ?? 10));
  return (
    <ul>
      {reviews.map((review) => (
        <li key={review.id}>{review.body}</li>
      ))}
    </ul>
  );
}
