/** What a privileged operation is, and what is asked about its model and its rows. */
import type { FileId } from '../base/path.ts';
import type { App } from '../project/model.ts';
import type { SchemaModel, SchemaModelNode } from '../prisma/schema.ts';
import { leaves } from './abs.ts';
import type { Abs } from './abs.ts';
import { authorityOf } from './authority.ts';
import type { Entry } from './entries.ts';
import { ROLE_FIELD } from './roleNames.ts';
import type { GuardedEntry } from './roleGuards.ts';
import type { ScopeContext } from './rowScope.ts';
import type { DbEffect } from './summary.ts';
import type { WorkspaceView } from './view.ts';

export type PrivilegeKind =
  /** Gives or takes a role or a permission. */
  | 'role'
  /** Takes somebody out of a group. */
  | 'member'
  /** Deletes a person. */
  | 'delete'
  /** Reads people, or rows that belong to people, whoever they belong to. */
  | 'list'
  /** Changes settings that hold for everybody. */
  | 'settings'
  /** Lies in the administration's part of the application. */
  | 'admin'
  /** Changes rows of nobody that other entry points change for some roles only. */
  | 'shared'
  /** Changes rows of a group that all other entry points change for some of its members only. */
  | 'group'
  /** Stands among entry points that all ask for a role. */
  | 'sibling';

export interface Privilege {
  kind: PrivilegeKind;
  effect: DbEffect;
  /** Name of the model in the schema. */
  model: string;
  /** The field with the role, for `role`. */
  key: string;
  /** Roles that another entry point asks for, and where, for `shared`. */
  roles: string[];
  other: GuardedEntry | undefined;
}

export interface PrivilegeContext extends ScopeContext {
  view: WorkspaceView;
  file: FileId;
  app: App | undefined;
  schema: SchemaModel;
}

/** An operation as a privilege, with nothing to compare it with. */
export function privilege(kind: PrivilegeKind, effect: DbEffect, model: string, key = ''): Privilege {
  return { kind, effect, model, key, roles: [], other: undefined };
}

/** One of an operation's arguments. */
export function propOf(effect: DbEffect, name: string): Abs | undefined {
  return effect.args.k === 'object' ? effect.args.props[name] : undefined;
}

/** Joins a person and a group: its role says what the person may do there. */
export function isMembership(model: SchemaModelNode, schema: SchemaModel): boolean {
  const relations = model.fields.filter((field) => (field.relation?.fields.length ?? 0) > 0);
  return (
    relations.length >= 2 &&
    relations.some((field) => field.type === schema.userModel?.name) &&
    // A text that may be missing is what people say of themselves: their role in a company.
    model.fields.some((field) => ROLE_FIELD.test(field.name) && !(field.type === 'String' && field.optional))
  );
}

/** Rows with an owner of any kind: a person, a team. */
export function belongsToSomebody(schema: SchemaModel, model: SchemaModelNode): boolean {
  return (
    schema.isOwned(model.name) ||
    model.fields.some(
      (field) =>
        field.type === schema.userModel?.name ||
        /^(user|owner|author|team|org|organi[sz]ation|tenant|workspace|company|account|project)_?id$/i.test(
          field.name,
        ),
    )
  );
}

/** The caller's own row, which every page reads to show a name. */
export function isOwnAccess(entry: Entry, effect: DbEffect, context: PrivilegeContext): boolean {
  return authorityOf(entry, effect, context).a === 'bound';
}

/** Whether an action or a route gives out the rows that are read. */
export function givesOut(entry: Entry, effect: DbEffect): boolean {
  if (entry.kind === 'page') return false;
  return entry.outcomes.some(({ value }) =>
    leaves(value).some(
      (leaf) => leaf.k === 'row' && leaf.query?.file === effect.file && leaf.query.at === effect.at,
    ),
  );
}
