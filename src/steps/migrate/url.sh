# Takes a database's password out of $DATABASE_URL, since arguments are there for every process to see; the drivers of
# PostgreSQL read it from a variable of their own.
# The part without the line break that a Secret's value may end with.
part() {
  trim "$2"
  ! has_control "$value" || fail "the $1 in DATABASE_URL has a line break or another control character"
}
[ -n "${DATABASE_URL-}" ] || fail 'the variable DATABASE_URL is not set'
scheme=${DATABASE_URL%%://*}
case $scheme in '' | "$DATABASE_URL" | *[!0-9A-Za-z+.-]*) fail 'the variable DATABASE_URL does not begin with SCHEME://' ;; esac
parse "$DATABASE_URL"
unset DATABASE_URL
part host "$host"
site=$value
part port "$port"
site=$site${value:+:$value}
part path "$path"
site=$site$value
part user "$user"
user=$value
part password "$password"
if [ -n "$value" ]; then
  case $scheme in
    postgres | postgresql | pgx | pgx[45] | cockroach | cockroachdb | crdb-postgres | redshift | yugabyte | yugabytedb | ysql)
      decode "$value" || fail 'the password in DATABASE_URL has a control character, written as %XX'
      export PGPASSWORD="$value"
      ;;
    *)
      say "warning: $INITFLOW_TOOL takes the password of $scheme:// only as an argument, which other processes can see" >&2
      user=$user:$value
      ;;
  esac
fi
url=$scheme://${user:+$user@}$site
