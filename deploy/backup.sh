#!/bin/sh
# Writes a backup of the whole board to a file, while it runs: deploy/backup.sh <file>
# COMPOSE names the Compose command, where it is not `docker compose`.
set -eu

[ $# -eq 1 ] || { echo "usage: $0 <file to write>" >&2; exit 2; }
umask 077
trap 'rm -f "$1.new"' EXIT
# Redis sends what it would send to a replica: all of one moment. It is read as the one user that may ask for that.
${COMPOSE:-docker compose} exec -T redis sh -c '
  set -e
  trap "rm -f /data/backup.rdb" EXIT
  REDISCLI_AUTH=$(cat /run/crewboard/backup-password) redis-cli --user backup --rdb /data/backup.rdb >&2
  cat /data/backup.rdb
' >"$1.new"
mv "$1.new" "$1"
echo "$1: $(wc -c <"$1") bytes"
