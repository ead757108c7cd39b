import { execSync, spawn } from 'node:child_process';
import { execa } from 'execa';

const mode = process.argv[2];

if (mode === 'all') {
  execSync('npx prisma migrate reset --force', { stdio: 'inherit' });
//                     ^^^^^^^^^^^^^ no-destructive-command error
} else if (mode === 'push') {
  spawn('npx', ['prisma', 'db', 'push', '--force-reset'], { stdio: 'inherit' });
//                                       ^^^^^^^^^^^^^ no-destructive-command error
} else if (mode === 'seed') {
  await execa('npx', ['prisma', 'migrate', 'reset', '--force'], { stdio: 'inherit' });
//                               ^^^^^^^^^^^^^^^^ no-destructive-command error
} else if (mode === 'test') {
  execSync('npx prisma migrate reset --force', {
    env: { ...process.env, DATABASE_URL: 'postgresql://shop:shop@localhost:5432/shop_test' },
  });
} else {
  console.info('usage: reset-db all|push|seed|test (prisma migrate reset)');
}
