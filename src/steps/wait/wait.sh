# Each argument is the number of a condition; INITFLOW_WAIT_1 … say which.
fail() {
  say "$1" >&2
  exit 1
}
trap 'exit 143' TERM
# No tool has another configuration than the step's.
export HOME=/dev/null
condition=''
say "$# to wait for, up to $INITFLOW_TIMEOUT s"
deadline=$(($(date +%s) + INITFLOW_TIMEOUT))
said=
while :; do
  missing=
  for number; do
    shift
    eval "condition=\$INITFLOW_WAIT_$number"
    kind=${condition%% *}
    target=${condition#* }
    # One try takes up to 10 seconds, and no longer than there is time.
    try=$((deadline - $(date +%s)))
    try=$((try > 10 ? 10 : try < 1 ? 1 : try))
    whole='' why='no answer' now='is ready'
    if holds "$kind"; then
      say "$name $now"
    else
      missing="$missing, $name ($(printf '%.300s' "$why"))"
      set -- "$@" "$number"
    fi
  done
  [ $# -gt 0 ] || exit 0
  left=$((deadline - $(date +%s)))
  [ "$left" -gt 0 ] || break
  [ "$missing" = "$said" ] || say "not yet: ${missing#, }"
  said=$missing
  sleep $((INITFLOW_EVERY < left ? INITFLOW_EVERY : left))
done
fail "gave up after $INITFLOW_TIMEOUT s; missing: ${missing#, }"
