# Holds `host` and `port` to their forms; the port that is meant without one is given.
endpoint() {
  fill "$host"
  clean host "$value"
  # One variable may hold both.
  if [ -n "$port" ]; then host=$value; else locate "$value"; fi
  fill "${port:-$1}"
  clean port "$value"
  port=$value host=${host#\[}
  host=${host%\]}
  case $host in '' | -* | *[!0-9A-Za-z._:-]*) fail "the host of \`$kind\` is missing or has a character that no host name has" ;; esac
  case $port in '' | 0* | *[!0-9]* | ??????*) false ;; *) [ "$port" -le 65535 ] ;; esac ||
    fail "the port of \`$kind\` is not a number from 1 to 65535"
}
