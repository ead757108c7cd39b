'use server';

import { revalidatePath } from 'next/cache';
import { fail, ok, type ActionResult } from '@/lib/action-result';
import { requireUser } from '@/lib/auth-guards';
import * as teams from '@/lib/services/team.service';
import { addMemberSchema, createTeamSchema, removeMemberSchema } from '@/lib/validations/team';

export async function createTeam(input: unknown): Promise<ActionResult<{ id: string }>> {
  const parsed = createTeamSchema.safeParse(input);
  if (!parsed.success) return fail('Invalid name', 'VALIDATION');

  const user = await requireUser();

  try {
    const team = await teams.createTeam(user.id, parsed.data.name);
    revalidatePath('/teams/[teamId]', 'page');
    return ok(team);
  } catch (error) {
    console.error('createTeam failed', error);
    return fail('Could not create the team', 'INTERNAL');
  }
}

export async function addMember(input: unknown): Promise<ActionResult> {
  const parsed = addMemberSchema.safeParse(input);
  if (!parsed.success) return fail('Invalid input', 'VALIDATION');

  const user = await requireUser();
  if (!(await teams.isTeamOwner(parsed.data.teamId, user.id))) return fail('Owners only', 'FORBIDDEN');

  try {
    await teams.addMember(parsed.data.teamId, parsed.data.email);
  } catch (error) {
    console.error('addMember failed', error);
    return fail('Could not add the member', 'INTERNAL');
  }
  revalidatePath(`/teams/${parsed.data.teamId}`);
  return ok();
}

export async function removeMember(input: unknown): Promise<ActionResult> {
  const parsed = removeMemberSchema.safeParse(input);
  if (!parsed.success) return fail('Invalid input', 'VALIDATION');

  const user = await requireUser();
  if (!(await teams.isTeamOwner(parsed.data.teamId, user.id))) return fail('Owners only', 'FORBIDDEN');

  try {
    const removed = await teams.removeMember(parsed.data.teamId, parsed.data.memberId);
    if (!removed) return fail('No such member', 'NOT_FOUND');
  } catch (error) {
    console.error('removeMember failed', error);
    return fail('Could not remove the member', 'INTERNAL');
  }
  revalidatePath(`/teams/${parsed.data.teamId}`);
  return ok();
}
