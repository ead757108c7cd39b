import { notFound } from 'next/navigation';
import { TeamForms } from '@/components/team-forms';
import { requireUser } from '@/lib/auth-guards';
import { getTeam } from '@/lib/services/team.service';
import { idSchema, paginationSchema } from '@/lib/validations/common';

export default async function TeamPage({ params, searchParams }: PageProps<'/teams/[teamId]'>) {
  const teamId = idSchema.safeParse((await params).teamId);
  const query = paginationSchema.safeParse(await searchParams);
  if (!teamId.success || !query.success) notFound();
  const user = await requireUser();
  const team = await getTeam(teamId.data, user.id, query.data.page, query.data.perPage);
  if (!team) notFound();
  return (
    <main>
      <h1>{team.name}</h1>
      <ul>
        {team.members.map((member) => (
          <li key={member.userId}>
            {member.user.name} ({member.role})
          </li>
        ))}
      </ul>
      <TeamForms teamId={team.id} />
    </main>
  );
}
