import { z } from 'zod';

const envSchema = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  AUTH_SECRET: z.string().min(32),
  SUPPORT_EMAIL: z.email(),
//^^^^^^^^^^^^^ env-schema warning
});

export const env = envSchema.parse(process.env);
