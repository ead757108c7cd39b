'use client';

import { useState } from 'react';
import { addMember, createTeam, removeMember } from '@/lib/actions/team.actions';

export function TeamForms({ teamId }: { teamId: string }) {
  const [message, setMessage] = useState('');

  async function add(formData: FormData) {
    const result = await addMember({ teamId, email: formData.get('email') });
    setMessage(result.error?.message ?? 'Added');
  }

  async function remove(formData: FormData) {
    const result = await removeMember({ teamId, memberId: formData.get('memberId') });
    setMessage(result.error?.message ?? 'Removed');
  }

  async function create(formData: FormData) {
    const result = await createTeam({ name: formData.get('name') });
    setMessage(result.error?.message ?? 'Created');
  }

  return (
    <>
      <form action={add}>
        <input name="email" type="email" />
        <button>Add</button>
      </form>
      <form action={remove}>
        <input name="memberId" />
        <button>Remove</button>
      </form>
      <form action={create}>
        <input name="name" />
        <button>New team</button>
      </form>
      <p>{message}</p>
    </>
  );
}
