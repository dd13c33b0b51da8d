# Takes a database's password out of $DATABASE_URL, since arguments are there for every process to see; the drivers of
# PostgreSQL read it from a variable of their own.
url=${DATABASE_URL-}
if [ -z "$url" ]; then
  echo 'migrate: failed: the variable DATABASE_URL is not set' >&2
  exit 1
fi
unset DATABASE_URL

decoded() {
  rest=$1
  while :; do
    case $rest in
      *%[0-9A-Fa-f][0-9A-Fa-f]*) ;;
      *) break ;;
    esac
    before=${rest%%%[0-9A-Fa-f][0-9A-Fa-f]*}
    rest=${rest#"$before"%}
    tail=${rest#??}
    # The format is an octal escape that holds nothing of the text.
    # shellcheck disable=SC2059
    printf "%s\\$(printf '%03o' "0x${rest%"$tail"}")" "$before"
    rest=$tail
  done
  printf '%s' "$rest"
}

scheme=${url%%://*}
rest=${url#*://}
authority=${rest%%[/?#]*}
case $authority in
  *:*@*)
    user=${authority%@*}
    case $scheme in
      postgres | postgresql | pgx | pgx4 | pgx5 | cockroach | cockroachdb | crdb-postgres | redshift | yugabyte | yugabytedb | ysql)
        PGPASSWORD=$(decoded "${user#*:}")
        export PGPASSWORD
        url=$scheme://${user%%:*}@${rest#"$user@"}
        ;;
      *)
        echo "migrate: warning: $INITFLOW_TOOL takes the password of $scheme:// only as an argument, which other processes can see" >&2
        ;;
    esac
    ;;
esac
