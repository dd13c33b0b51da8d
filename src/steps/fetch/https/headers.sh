home=$site count=0 value=''
for header in $INITFLOW_HEADERS; do
  eval "trim \"\$INITFLOW_HEADER_$count\""
  ! has_control "$value" || fail "the value of the header $header has a line break or a control character"
  count=$((count + 1))
done
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
# Only the site that the headers are meant for gets them: curl would take most of them along to any other.
follow() {
  url=$from headers=$INITFLOW_HEADERS hops=0
  while [ -n "$headers" ]; do
    location=$(request --write-out '%{redirect_url}') || return 1
    [ -n "$location" ] || return 0
    hops=$((hops + 1))
    [ "$hops" -le 10 ] || { echo 'more than 10 redirects' && return 1; }
    ! has_control "$location" || { echo 'a redirect has a control character' && return 1; }
    url=$location
    origin "$url"
    [ "$site" = "$home" ] || headers=''
  done
  request --location
}
get() {
  why=$(follow 2>&1) && return
  why=$(printf '%s\n' "${why:-no answer}" | tail -n 1)
  return 1
}
