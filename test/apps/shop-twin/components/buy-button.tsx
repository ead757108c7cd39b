'use client';

import { placeOrder } from '@/lib/actions/order.actions';

export function BuyButton({ productId }: { productId: string }) {
  return (
    <button onClick={() => placeOrder(productId)} data-shop={process.env.NEXT_PUBLIC_SHOP_NAME}>
//                                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ env-module hint
      Buy
    </button>
  );
}
