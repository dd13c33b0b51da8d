check_mysql() {
  parse "$target"
  port=${port:-3306}
  name="mysql $host:$port/$base"
  line='
'
  client=mariadb
  command -v mariadb >/dev/null || client=mysql
  # A server that made its certificate itself is as good as one without.
  # A shell would tell of the end that `timeout` makes.
  {
    why=$(
      {
        printf '[client]\nprotocol=tcp\nconnect-timeout=%s\nloose-ssl-verify-server-cert=0\n' "$try"
        setting host "$host"
        setting port "$port"
        setting user "$user"
        [ -z "$password" ] || setting password "$password"
        printf '[mysql]\n'
        setting database "$base"
      } | timeout "$try" "$client" --defaults-file=/dev/stdin --batch --execute 'select 1' 2>&1 >/dev/null
    ) && return
  } 2>/dev/null
  why=${why##*"$line"}
  why=${why#ERROR }
  why=${why:-no answer}
  return 1
}
setting() {
  printf '%s="%s"\n' "$1" "$(printf '%s' "$2" | sed 's/[\\"]/\\&/g')"
}
