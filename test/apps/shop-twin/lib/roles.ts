import * as client from '@prisma/client';
//                      ^^^^^^^^^^^^^^^^ prisma-client-import warning

export const roles = Object.values((client as { Role?: Record<string, string> }).Role ?? {});
