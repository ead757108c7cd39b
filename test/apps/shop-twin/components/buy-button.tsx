'use client';

import { placeOrder } from '@/lib/actions/order.actions';
import { buyLabel } from '@/lib/services/product.service';
//                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ server-only error

export function BuyButton({ productId }: { productId: string }) {
  return (
    <button onClick={() => placeOrder(productId)} data-shop={process.env.NEXT_PUBLIC_SHOP_NAME}>
//                                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ env-module hint
      {buyLabel(productId)}
    </button>
  );
}
