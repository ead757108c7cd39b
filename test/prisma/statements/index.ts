/** All statements of the table. */
import { models } from './models.ts';
import { types } from './types.ts';
import { enums } from './enums.ts';
import { keys } from './keys.ts';
import { tables } from './tables.ts';
import { data } from './data.ts';
import { objects } from './objects.ts';
import type { StatementGroup } from './model.ts';

export const statements: readonly StatementGroup[] = [models, types, enums, keys, tables, data, objects];
