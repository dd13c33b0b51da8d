# Takes a URL apart, and only then puts the values of variables in: whatever a value holds, it does not become another
# part. A URL that is in a variable as a whole is all that this variable says.
take() {
  whole='' base='' query=''
  case ${1%%://*} in "$1" | *[/?#]*)
    fill "$1"
    set -- "$value"
    whole=1
    ;;
  esac
  parse "$1"
  fill "$scheme"
  scheme=$value
  base=${path#/}
  base=${base%%[?#]*}
  case $path in *\?*)
    query=${path#*\?}
    query=${query%%#*}
    ;;
  esac
}
# A part becomes `value`, with %XX decoded; where it is not there, the third argument does, as it is.
part() {
  fill "$2"
  if [ -z "$value" ]; then
    clean "$1" "${3-}"
    return
  fi
  clean "$1" "$value"
  [ ${#value} -le 16384 ] || fail "the $1 of \`$kind\` is longer than 16384 characters"
  decode "$value" || fail "the $1 of \`$kind\` has a control character, written as %XX"
}
# Holds `host` and `port` to their forms; the port that is meant without one is given.
endpoint() {
  fill "$port"
  clean port "${value:-$1}"
  set -- "$port" "$value"
  fill "$host"
  clean host "$value"
  host=$value port=$2
  # One variable may hold both.
  [ -n "$1" ] || case $host in \[*\]:*) locate "$host" ;; *:*:*) ;; *:*) locate "$host" ;; esac
  host=${host#\[}
  host=${host%\]}
  [ -n "$host" ] || fail "the host of \`$kind\` is missing"
  is_host "$host" || fail "the host of \`$kind\` has a character that no host name has"
  is_port "$port" || fail "the port of \`$kind\` is not a number from 1 to 65535"
}
# The text becomes `value`, without a line break at its end, and is held to what every value is held to.
clean() {
  trim "$2"
  ! has_control "$value" || fail "the $1 of \`$kind\` has a line break or another control character"
}
# Puts the values of variables in as Kubernetes does: where a name is in parentheses after a dollar sign.
fill() {
  dollar='$' text=$1 filled=''
  while [ -z "$whole" ]; do
    case $text in *"$dollar"*) ;; *) break ;; esac
    filled=$filled${text%%"$dollar"*}
    text=${text#*"$dollar"}
    case $text in
      "$dollar"*) filled=$filled$dollar text=${text#?} ;;
      \(*\)*)
        variable=${text#?}
        variable=${variable%%\)*}
        text=${text#*\)}
        value=$(printenv "$variable" && echo .) || unset_variable
        value=${value%"$newline".}
        [ -z "$text" ] || trim "$value"
        filled=$filled$value
        ;;
      *) filled=$filled$dollar ;;
    esac
  done
  value=$filled$text
}
unset_variable() {
  case $variable in *[!0-9A-Za-z_.-]*) ;; *) fail "the variable \`$variable\` is not set" ;; esac
  value="$dollar($variable)"
}
