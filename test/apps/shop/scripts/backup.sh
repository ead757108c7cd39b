#!/usr/bin/env bash
set -euo pipefail

: "${DATABASE_URL:?set DATABASE_URL}"
pg_dump --format=custom --file="backup-$(date +%F).dump" "$DATABASE_URL"
find . -maxdepth 1 -name 'backup-*.dump' -mtime +30 -delete
