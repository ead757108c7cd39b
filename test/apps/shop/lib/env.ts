import { z } from 'zod';

const envSchema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  AUTH_SECRET: z.string().min(32),
  AUTH_GITHUB_ID: z.string().min(1),
  AUTH_GITHUB_SECRET: z.string().min(1),
  PAYMENT_WEBHOOK_SECRET: z.string().min(16),
  CRON_SECRET: z.string().min(16),
  INVENTORY_API_KEY: z.string().min(16),
  NEXT_PUBLIC_APP_URL: z.url(),
});

const parsed = envSchema.safeParse(process.env);
if (!parsed.success) {
  // Names and reasons only, never the values.
  console.error('Invalid environment:', z.flattenError(parsed.error).fieldErrors);
  throw new Error('Invalid environment variables');
}

export const env = parsed.data;
