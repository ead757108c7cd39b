import { assertStaff } from '@acme/auth';
import { listUsers } from '~/lib/services/user.service';

export default async function AdminPage() {
  await assertStaff();
  const users = await listUsers();
  return <main>{users.length} users</main>;
}
