#!/bin/sh
# Makes the secrets of a board where there are none yet, and hands each service its own. Runs before the services start, each
# time: what is there stays as it is. Prints names, never a value.
#
#   setup.sh <folder>
#
# In it `kept` holds all secrets, one file each. What is missing there is made; an empty file is an answer too: without it.
# The others (gateway, status, enricher, admin, redis) are what each service sees of them.
set -eu
umask 077

folder=$1
kept=$folder/kept
# Whom the image runs the services as.
service_uid=1000

made=
# 144 random bits: nobody finds it by trying, and a person can type it in.
make() {
  [ -e "$kept/$1" ] && return
  head -c 18 /dev/urandom | base64 | tr '+/' '-_' >"$kept/$1.new"
  mv "$kept/$1.new" "$kept/$1"
  made="$made $1"
}

# hand <service> <secret> [<name>]: an empty file where there is no such secret. No other service has that folder.
hand() {
  target=$folder/$1/${3:-$2}
  if [ -e "$kept/$2" ]; then cat "$kept/$2" >"$target.new"; else : >"$target.new"; fi
  chmod 400 "$target.new"
  [ "$(id -u)" -ne 0 ] || chown "$service_uid" "$target.new"
  mv -f "$target.new" "$target"
}

mkdir -p "$kept" "$folder/gateway" "$folder/status" "$folder/enricher" "$folder/admin" "$folder/redis"
chmod 755 "$folder/gateway" "$folder/status" "$folder/enricher" "$folder/admin" "$folder/redis"

for user in gateway status enricher admin backup; do make "redis-$user-password"; done
for secret in password admin-password metrics-token; do make "$secret"; done
echo "made:${made:- nothing, every secret is there}"

for service in gateway status enricher admin; do hand "$service" "redis-$service-password" redis-password; done
for secret in anthropic-api-key github-token github-app-private-key; do hand enricher "$secret"; done
for secret in password admin-password viewer-password metrics-token github-client-secret oidc-client-secret github-webhook-secret; do
  hand gateway "$secret"
done

"$(dirname "$0")/redis/write-users.sh" "$kept" "$folder/redis/users.acl"
cat "$kept/redis-backup-password" >"$folder/redis/backup-password"
# Redis runs as a user of its own image, whose number is not known here.
chmod 444 "$folder/redis/users.acl" "$folder/redis/backup-password"
