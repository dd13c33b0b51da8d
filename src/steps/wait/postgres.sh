check_postgres() {
  parse "$target"
  # By TCP also to this very pod: at its first start a server answers on its socket before it is ready.
  host=${host:-${PGHOST:-127.0.0.1}} port=${port:-${PGPORT:-5432}} user=${user:-${PGUSER-}}
  base=${base:-${PGDATABASE:-$user}}
  name="postgres $host:$port/$base"
  options=
  case $target in *\?*) options=${target##*\?} ;; esac
  line='
'
  # A shell would tell of the end that `timeout` makes.
  {
    why=$(
      export PGHOST="$host" PGPORT="$port" PGUSER="$user" PGDATABASE="$base" PGCONNECT_TIMEOUT="$try"
      [ -z "$password" ] || export PGPASSWORD="$password"
      set -f
      IFS='&'
      for option in $options; do
        value=$(decode "${option#*=}")
        case $option in
          sslmode=*) export PGSSLMODE="$value" ;;
          sslrootcert=*) export PGSSLROOTCERT="$value" ;;
          sslcert=*) export PGSSLCERT="$value" ;;
          sslkey=*) export PGSSLKEY="$value" ;;
          target_session_attrs=*) export PGTARGETSESSIONATTRS="$value" ;;
        esac
      done
      timeout "$try" psql --no-psqlrc --no-password --quiet --command 'select 1' 2>&1 >/dev/null
    ) && return
  } 2>/dev/null
  why=${why%%"$line"*}
  why=${why##*failed: }
  why=${why#psql: error: }
  why=${why:-no answer}
  return 1
}
