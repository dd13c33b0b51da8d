# Passwords and signatures stay out of the log.
origin() {
  rest=${1#*://}
  rest=${rest%%[?#]*}
  host=${rest%%/*}
  site=${1%%://*}://${host##*@}
}
prepare() {
  from=$(one_line "$INITFLOW_FROM")
  case $from in *[[:cntrl:]\ ]*) fail 'the URL has a space or a control character' ;; esac
  origin "$from"
  home=$site
  name=$site${rest#"$host"}
  # A redirect must not leave https.
  case $from in https:*) protocols='=https' ;; *) protocols='=http,https' ;; esac
  count=0 value=
  for header in ${INITFLOW_HEADERS:-}; do
    eval "trim \"\$INITFLOW_HEADER_$count\""
    ! has_control "$value" || fail "the value of the header $header has a line break or a control character"
    count=$((count + 1))
  done
}
# URL and headers may be secret: they come by standard input, since every process can read another's arguments.
request() {
  {
    printf '%s\n' "$url" | sed 's/[\\"]/\\&/g; s/.*/url = "&"/'
    count=0
    for header in $headers; do
      eval "trim \"\$INITFLOW_HEADER_$count\""
      printf '%s: %s\n' "$header" "$value" | sed 's/[\\"]/\\&/g; s/.*/header = "&"/'
      count=$((count + 1))
    done
  } | run curl -q --config - --fail --silent --show-error --globoff --proto "$protocols" --connect-timeout 10 \
    --speed-limit 1 --speed-time 30 --output "$to" "$@"
}
get() {
  url=$from
  headers=${INITFLOW_HEADERS:-}
  hops=0
  # Only the site that the headers are meant for gets them: curl would take most of them along to any other.
  while [ -n "$headers" ]; do
    location=$(request --write-out '%{redirect_url}') || return 1
    [ -n "$location" ] || return 0
    hops=$((hops + 1))
    [ "$hops" -le 10 ] || { echo 'more than 10 redirects' && return 1; }
    ! has_control "$location" || { echo 'a redirect has a control character' && return 1; }
    url=$location
    origin "$url"
    [ "$site" = "$home" ] || headers=
  done
  request --location
}
