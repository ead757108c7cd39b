'use client';

import { useState } from 'react';
import { cancelOrder } from '@/lib/actions/order.actions';

export function CancelButton({ orderId }: { orderId: string }) {
  const [message, setMessage] = useState('');

  async function cancel() {
    const result = await cancelOrder(orderId);
    setMessage(result.error?.message ?? 'Cancelled');
  }

  return <button onClick={cancel}>{message || 'Cancel'}</button>;
}
