#!/usr/bin/env bash
# Applies the pending migrations, then starts the server. Never `prisma migrate reset` here.
set -euo pipefail

npx prisma migrate deploy
npx prisma migrate status
exec npm start
