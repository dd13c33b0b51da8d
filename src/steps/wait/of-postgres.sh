of_postgres() {
  kind=postgres
  parse "$1"
  # By TCP also to this very pod: at its first start a server answers on its socket before it is ready.
  host=${host:-${PGHOST:-127.0.0.1}}
  endpoint "${PGPORT:-5432}"
  part user "$user" "${PGUSER-}"
  user=$value
  part password "$password" "${PGPASSWORD-}"
  password=$value base=${path#/}
  part database "${base%%[?#]*}" "${PGDATABASE:-$user}"
  base=$value
  set -- "PGUSER=$user" "PGPASSWORD=$password"
  for option in sslmode sslrootcert sslcert sslkey target_session_attrs require_auth; do
    option "$option" || continue
    case $option=$value in
      sslmode=disable | sslmode=allow | sslmode=prefer | sslmode=require | sslmode=verify-ca | sslmode=verify-full) ;;
      sslmode=*) fail "the option \`sslmode\` of \`postgres\` has an unknown value" ;;
    esac
    set -- "$@" "PG$(printf '%s' "$option" | tr -d _ | tr '[:lower:]' '[:upper:]')=$value"
  done
  check_postgres "$@"
}
