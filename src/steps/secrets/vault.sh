name="\`$INITFLOW_FROM\` of Vault"
get() {
  credential=$(cat /run/initflow/token)
  known "$credential" || { why='the pod has no token' && return 1; }
  api=$address/v1
  set -- ${namespace:+"header = \"X-Vault-Namespace: $namespace\""}
  [ ! -f /run/initflow/ca.crt ] || set -- "$@" 'cacert = "/run/initflow/ca.crt"'
  ask "the login at \`$auth\` of $address" "$@" "url = \"$api/auth/$auth/login\"" \
    'header = "Content-Type: application/json"' \
    "data = \"{\\\"role\\\":\\\"$role\\\",\\\"jwt\\\":\\\"$credential\\\"}\"" || return
  take auth.client_token || return
  set -- "$@" "header = \"X-Vault-Token: $credential\""
  ask "$address" "$@" "url = \"$api/$INITFLOW_FROM\"" || {
    case $status$INITFLOW_FROM in
      404*/data/*) ;;
      404*) why="$why (behind the mount of a KV engine of version 2 comes \`data/\`)" ;;
    esac
    return 1
  }
  # Only version 2 of the KV engine has these two.
  data=data
  [ "$(printf '%s' "$body" | json kind data.metadata.version)$(printf '%s' "$body" | json kind data.data)" != 'plain{' ] ||
    data=data.data
  lease=$(printf '%s' "$body" | json text lease_id) || lease=
  [ -z "$lease" ] ||
    say "$name is leased for $(printf '%s' "$body" | json text lease_duration) s; nobody renews it" >&2
}
secret() { printf '%s' "$body" | json source "$data"; }
