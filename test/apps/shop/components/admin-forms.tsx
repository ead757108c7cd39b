'use client';

import { useActionState, useState } from 'react';
import { setRole } from '@/lib/actions/admin.actions';
import { archiveProduct, createProduct } from '@/lib/actions/product.actions';

export function AdminForms() {
  const [message, setMessage] = useState('');
  const [created, create, pending] = useActionState(createProduct, null);

  async function changeRole(formData: FormData) {
    const result = await setRole({ userId: formData.get('userId'), role: formData.get('role') });
    setMessage(result.error?.message ?? 'Saved');
  }

  async function archive(formData: FormData) {
    const result = await archiveProduct(String(formData.get('productId')));
    setMessage(result.error?.message ?? 'Archived');
  }

  return (
    <>
      <form action={create}>
        <input name="slug" />
        <input name="name" />
        <input name="priceCents" type="number" />
        <input name="stock" type="number" />
        <input name="categoryId" type="number" />
        <button disabled={pending}>Create</button>
        {created?.error?.message}
      </form>
      <form action={changeRole}>
        <input name="userId" />
        <input name="role" />
        <button>Change role</button>
      </form>
      <form action={archive}>
        <input name="productId" />
        <button>Archive</button>
      </form>
      <p>{message}</p>
    </>
  );
}
