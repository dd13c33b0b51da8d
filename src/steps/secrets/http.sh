LC_ALL=C
export LC_ALL
INITFLOW_FROM=$(one_line "$INITFLOW_FROM")
INITFLOW_ADDRESS=$(one_line "${INITFLOW_ADDRESS:-}")
line_break='
'
# Sends one request, given as lines of curl's configuration, which no other process sees; the answer is in `body`.
ask() {
  whom=$1
  shift
  left=$((deadline - $(date +%s)))
  status=
  [ "$left" -gt 0 ] || return 1
  body=$(printf '%s\n' "$@" | curl -q --config - --silent --show-error --globoff --proto '=http,https' \
    --connect-timeout 10 --max-time "$left" --write-out '\n%{http_code}' 2>$part) || {
    reason="$whom: $(head -n 1 $part)"
    return 1
  }
  status=${body##*"$line_break"}
  body=${body%"$line_break"*}
  case $status in 2??) return ;; esac
  reason="$whom answers with the status $status"
  for where in errors.0 error.message error_description message; do
    why=$(printf '%s' "$body" | json text "$where") || continue
    # A server may send back what it was sent.
    case $why in '' | *"$credential"*) continue ;; esac
    why=$(printf '%s' "$why" | tr -s '\n\t ' ' ' | cut -c 1-200)
    reason="$reason: ${why% }"
    break
  done
  return 1
}
# Takes a token out of the answer: nothing in it can end a line or a quoted text of curl's configuration.
take() {
  credential=$(printf '%s' "$body" | json text "$1")
  known "$credential" || { reason="$whom gives no token" && return 1; }
}
known() {
  case $1 in '' | *[!A-Za-z0-9._~+/=-]*) return 1 ;; esac
}
sound() {
  case /$1/ in */../* | */./*) fail "\`$1\` has a part that is a dot or two" ;; esac
  case $1 in *[!!-~]* | *[\"\\\?\#]*) fail "\`$1\` has a space, quote, backslash, ?, # or a letter beyond ASCII" ;; esac
}
credential='not known yet'
