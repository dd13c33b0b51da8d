export LC_ALL=C
# Sends one request, given as lines of curl's configuration, which no other process sees; the answer is in `body`.
ask() {
  whom=$1
  shift
  left=$((deadline - $(date +%s)))
  status=''
  [ "$left" -gt 0 ] || return 1
  body=$(printf '%s\n' "$@" | curl -q --config - --silent --show-error --globoff --proto '=http,https' \
    --connect-timeout 10 --max-time "$left" --write-out '\n%{http_code}' 2>.initflow-part) || {
    why="$whom: $(head -n 1 .initflow-part)"
    return 1
  }
  status=${body##*"$newline"}
  body=${body%"$newline"*}
  case $status in 2??) return ;; esac
  why="$whom answers with the status $status"
  for where in errors.0 error.message error_description message; do
    said=$(printf '%s' "$body" | json text "$where") || continue
    # A server may send back what it was sent.
    case $said in '' | *"$credential"*) continue ;; esac
    said=$(printf '%s' "$said" | tr -s '\n\t ' ' ' | cut -c 1-200)
    why="$why: ${said% }"
    break
  done
  return 1
}
# Takes a token out of the answer: nothing in it can end a line or a quoted text of curl's configuration.
take() {
  credential=$(printf '%s' "$body" | json text "$1")
  known "$credential" || { why="$whom gives no token" && return 1; }
}
known() {
  case $1 in '' | *[!A-Za-z0-9._~+/=-]*) return 1 ;; esac
}
credential='not known yet'
