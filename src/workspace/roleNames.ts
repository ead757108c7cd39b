/** What roles are called, and the fields that hold them. */

/** Fields of people and memberships that say what they may do. */
export const ROLE_FIELD =
  /^(role|roles|is_?admin|is_?super_?user|is_?staff|permissions?|access_?level|user_?type|user_?role)$/i;

/** Roles that everybody in a group has, or gets by signing up. */
export const LOWLY =
  /^(role_)?(user|guest|customer|client|member|viewer|reader|basic|free|student|default)$/i;
