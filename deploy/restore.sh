#!/bin/sh
# Puts a backup in the place of all that the board holds, and starts it: deploy/restore.sh <file>
# COMPOSE names the Compose command, where it is not `docker compose`.
set -eu

[ $# -eq 1 ] && [ -r "$1" ] || { echo "usage: $0 <file of backup.sh>" >&2; exit 2; }
[ "$(head -c 5 "$1")" = REDIS ] || { echo "$0: $1 is no backup" >&2; exit 1; }
compose=${COMPOSE:-docker compose}
$compose stop gateway status enricher redis
# Redis reads its append-only files alone: the backup becomes the first of them.
$compose run --rm -T --no-deps redis sh -c '
  set -e
  rm -rf /data/*
  mkdir /data/appendonlydir
  cat >/data/appendonlydir/appendonly.aof.1.base.rdb
  echo "file appendonly.aof.1.base.rdb seq 1 type b" >/data/appendonlydir/appendonly.aof.manifest
' <"$1"
$compose up -d
