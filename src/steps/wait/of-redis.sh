of_redis() {
  kind=redis
  case $1 in rediss*) fail "the URL of \`redis\` asks for TLS, which \`redis\` does not speak" ;; esac
  parse "$1"
  endpoint 6379
  part user "$user"
  user=$value
  part password "$password" "${REDISCLI_AUTH-}"
  password=$value base=${path#/}
  part database "${base%%[?#]*}"
  base=$value
  case $base in *[!0-9]*) fail "the database of \`redis\` is not a number" ;; esac
  check_redis
}
