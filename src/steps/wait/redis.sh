check_redis() {
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
    *"$newline-"*) why=${answer#*"$newline-"} why=${why%%"$newline"*} ;;
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
