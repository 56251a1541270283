#!/bin/sh
# Writes the ACL file of Crewboard's Redis from users.acl.template, with passwords from a folder of secret files.
#
#   write-users.sh <folder of secrets> <file to write>
#
# The folder holds a file for each user: redis-gateway-password, redis-status-password, redis-enricher-password,
# redis-admin-password and redis-backup-password, and redis-agent-password where agents may write to Redis themselves; a
# user without a file is left out and can't sign in. Only hashes of the passwords are written. In a compose file, with secrets in /run/secrets:
#
#   command: sh -c '/deploy/redis/write-users.sh /run/secrets /tmp/users.acl && exec redis-server --aclfile /tmp/users.acl …'
#
# The services are told the password apart from the address: REDIS_URL=redis://gateway@redis:6379 and
# REDIS_PASSWORD_FILE=/run/secrets/redis-gateway-password. For a health check: redis-cli --user health --pass none ping
set -eu

if [ $# -ne 2 ]; then
  echo "usage: $0 <folder of secrets> <file to write>" >&2
  exit 2
fi
secrets=$1
target=$2
template=$(dirname "$0")/users.acl.template

# What a user needs to connect, whatever it may do then; the last of them are for a cluster.
connect='+ping +info +client|setname +select +multi +exec +discard +cluster|slots +cluster|info +asking'

fail() {
  echo "$0: $1" >&2
  exit 1
}

# The SHA-256 of a user's password. Line ends around it are no part of it, as where the services read it.
hash_of() {
  password=$(tr -d '\r\n' <"$1") || fail "$1 can't be read"
  [ ${#password} -ge 16 ] || fail "the password in $1 is shorter than 16 characters"
  printf %s "$password" | sha256sum | cut -d ' ' -f 1
}

umask 077
trap 'rm -f "$target.new"' EXIT
user=
rights=
# Ends the user's line; called before the next one and at the end.
finish() {
  [ -z "$user" ] || printf 'user %s %s\n' "$user" "$rights"
  user=
}
while IFS= read -r line; do
  case $line in
    'user '*)
      finish
      rights=${line#user }
      user=${rights%% *}
      rights=${rights#* }
      case $rights in *'#{password}'*)
        file=$secrets/redis-$user-password
        if [ -e "$file" ]; then
          hash=$(hash_of "$file")
          rights=${rights%%'{password}'*}$hash${rights#*'{password}'}
        else
          user=
        fi
        ;;
      esac
      case $rights in *'{connect}'*) rights=${rights%%'{connect}'*}$connect${rights#*'{connect}'} ;; esac
      ;;
    '  '*) rights="$rights ${line#  }" ;;
  esac
done <"$template" >"$target.new"
finish >>"$target.new"
grep -q '^user gateway ' "$target.new" || fail "there is no redis-gateway-password in $secrets"
mv "$target.new" "$target"
