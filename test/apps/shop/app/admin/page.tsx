import { notFound } from 'next/navigation';
import { AdminForms } from '@/components/admin-forms';
import { requireAdmin } from '@/lib/auth-guards';
import { listUsers } from '@/lib/services/user.service';
import { paginationSchema } from '@/lib/validations/common';

export default async function AdminPage({ searchParams }: PageProps<'/admin'>) {
  const query = paginationSchema.safeParse(await searchParams);
  if (!query.success) notFound();
  await requireAdmin();
  const users = await listUsers(query.data.page, query.data.perPage);
  return (
    <main>
      <ul>
        {users.map((user) => (
          <li key={user.id}>
            {user.email}: {user.role}
          </li>
        ))}
      </ul>
      <AdminForms />
    </main>
  );
}
