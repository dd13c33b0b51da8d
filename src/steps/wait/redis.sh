check_redis() {
  take "$target"
  case $scheme in rediss*) fail "the URL of \`redis\` asks for TLS, which \`redis\` does not speak" ;; esac
  endpoint 6379
  part user "$user"
  user=$value
  part password "$password" "${REDISCLI_AUTH-}"
  password=$value
  part database "$base"
  base=$value
  [ -z "$base" ] || is_number "$base" || fail "the database of \`redis\` is not a number"
  name="redis $host:$port${base:+/$base}"
  {
    answer=$newline$(
      {
        [ -z "$password" ] || redis AUTH ${user:+"$user"} "$password"
        [ -z "$base" ] || redis SELECT "$base"
        redis PING
        redis QUIT
      } | timeout "$try" nc -v -w "$try" "$host" "$port" 2>&1 | head -c 4096 | tr -d '\000\r'
    )
  } 2>/dev/null
  case $answer in
    *"$newline-"*)
      why=${answer#*"$newline-"}
      why=${why%%"$newline"*}
      ;;
    *+PONG*) return ;;
    *'timed out'*) ;;
    *nc:*) why=${answer##*: } ;;
  esac
  return 1
}
# A command as Redis takes it: so a password may hold anything. Its length is in bytes.
redis() {
  LC_ALL=C
  printf '*%d\r\n' $#
  for word; do
    printf '$%d\r\n%s\r\n' "${#word}" "$word"
  done
}
