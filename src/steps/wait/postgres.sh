check_postgres() {
  take "$target"
  # By TCP also to this very pod: at its first start a server answers on its socket before it is ready.
  if [ -z "$host" ]; then host=${PGHOST:-127.0.0.1} whole=1; fi
  endpoint "${PGPORT:-5432}"
  part user "$user" "${PGUSER-}"
  user=$value
  part password "$password" "${PGPASSWORD-}"
  password=$value
  part database "$base" "${PGDATABASE:-$user}"
  base=$value
  name="postgres $host:$port/$base"
  mode=${PGSSLMODE-} authority='' certificate='' key='' session='' methods=''
  if option sslmode disable allow prefer require verify-ca verify-full; then mode=$value; fi
  if option sslrootcert; then authority=$value; fi
  if option sslcert; then certificate=$value; fi
  if option sslkey; then key=$value; fi
  if option target_session_attrs any read-write read-only primary standby prefer-standby; then session=$value; fi
  # Where nobody looks at the certificate, the password itself is not sent, unless that is asked for.
  case $mode in verify-*) ;; *) methods=${PGREQUIREAUTH-'!password'} ;; esac
  if option require_auth; then methods=$value; fi
  # A shell would tell of the end that `timeout` makes.
  {
    why=$(
      export PGHOST="$host" PGPORT="$port" PGUSER="$user" PGDATABASE="$base" PGCONNECT_TIMEOUT="$try"
      given PGPASSWORD "$password"
      given PGSSLMODE "$mode"
      given PGSSLROOTCERT "$authority"
      given PGSSLCERT "$certificate"
      given PGSSLKEY "$key"
      given PGTARGETSESSIONATTRS "$session"
      given PGREQUIREAUTH "$methods"
      bounded psql --no-psqlrc --no-password --quiet --command 'select 1'
    ) && return
  } 2>/dev/null
  why=${why%%"$newline"*}
  why=${why##*failed: }
  why=${why#psql: error: }
  why=${why:-no answer}
  return 1
}
# Exports a variable that has a value.
given() {
  [ -z "$2" ] || export "$1=$2"
}
