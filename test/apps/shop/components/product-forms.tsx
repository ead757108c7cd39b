'use client';

import { useState } from 'react';
import { placeOrder } from '@/lib/actions/order.actions';
import { writeReview } from '@/lib/actions/review.actions';

export function ProductForms({ productId }: { productId: string }) {
  const [message, setMessage] = useState('');

  async function buy() {
    const result = await placeOrder({ items: [{ productId, quantity: 1 }] });
    setMessage(result.error?.message ?? '');
  }

  async function review(formData: FormData) {
    const result = await writeReview({
      productId,
      rating: Number(formData.get('rating')),
      body: String(formData.get('body')),
    });
    setMessage(result.serverError ?? '');
  }

  return (
    <>
      <button onClick={buy}>Buy</button>
      <form action={review}>
        <input name="rating" type="number" min={1} max={5} />
        <textarea name="body" />
        <button>Send</button>
      </form>
      <p>{message}</p>
    </>
  );
}
