#!/usr/bin/env bash
set -euo pipefail

# the migrations got stuck once, so push for now
npx prisma db push --accept-data-loss
#                  ^^^^^^^^^^^^^^^^^^ no-destructive-command error
if [ "${FRESH:-}" = "1" ]; then
  dropdb --if-exists shop && createdb shop
# ^^^^^^ no-destructive-command error
  psql "$DATABASE_URL" -c 'DROP DATABASE shop_old'
#                          ^^^^^^^^^^^^^ no-destructive-command error
fi
npm start
