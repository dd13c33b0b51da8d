check_mysql() {
  # The client reads 4096 bytes of a line, and takes the rest for another option.
  [ "$(printf '%s' "$user$password$base$authority" | wc -c)" -le 2000 ] ||
    fail "user, password, database and \`ssl-ca\` of \`mysql\` together are longer than 2000 bytes"
  client=mariadb
  command -v mariadb >/dev/null || client=mysql
  # A shell would tell of the end that `timeout` makes.
  {
    # The client has no other configuration than the step's, no more memory than it needs, and a few lines to say why.
    why=$(settings | {
      (
        ulimit -v 131072
        HOME=/dev/null exec timeout -k 1 "$try" "$client" --defaults-file=/dev/stdin -Be 'select 1' 2>&1 >/dev/null
      ) && printf '\n.'
    } | head -c 4096)
  } 2>/dev/null
  case $why in *"$newline.") return ;; esac
  why=${why##*"$newline"} why=${why#ERROR } why=${why:-no answer}
  case $why in *TLS/SSL* | *'SSL connection'*) why="$why; see the option \`ssl-mode\` of the URL" ;; esac
  return 1
}
# The client's option file.
settings() {
  # The client of MariaDB trusts whoever answers at these names: by another spelling they are like all others.
  case $host in
    localhost) host=Localhost ;;
    127.0.0.1) host=127.0.0.01 ;;
    ::1) host=0:0:0:0:0:0:0:1 ;;
  esac
  # `timeout` ends a try, so that what it says does not depend on which of two clocks is first.
  printf '[client]\nprotocol=tcp\nlocal-infile=0\n'
  setting host "$host"
  setting port "$port"
  setting user "$user"
  [ -z "$password" ] || setting password "$password"
  [ -z "$authority" ] || setting ssl-ca "$authority"
  # Without a mode, a password is only for a server whose certificate is valid or, to the client of MariaDB, confirmed by
  # the password itself.
  mode=${mode:-${password:+VERIFY_IDENTITY}} mode=${mode:-PREFERRED}
  # Where there may be no TLS, no plugin is loaded that sends the password itself.
  case $mode in DISABLED | PREFERRED) printf 'plugin-dir=/dev/null\n' ;; esac
  case $("$client" --version)/$mode in
    *MariaDB*/DISABLED) printf 'skip-ssl\n' ;;
    *MariaDB*/PREFERRED) printf 'ssl-verify-server-cert=0\n' ;;
    *MariaDB*/REQUIRED) printf 'ssl\nssl-verify-server-cert=0\n' ;;
    *MariaDB*) printf 'ssl\nssl-verify-server-cert\n' ;;
    *) printf 'ssl-mode=%s\n' "$mode" ;;
  esac
  # A server cannot make the client fill its memory.
  printf '[mysql]\nquick\nmax-allowed-packet=65536\n'
  setting database "$base"
}
setting() { printf '%s="%s"\n' "$1" "$(printf '%s' "$2" | sed 's/[\\"]/\\&/g')"; }
