# Each argument is the number of a condition, which `holds` tries.
trap 'exit 143' TERM
say "$# to wait for, up to $INITFLOW_TIMEOUT s"
deadline=$(($(date +%s) + INITFLOW_TIMEOUT)) said=''
while :; do
  missing=''
  for number; do
    shift
    # One try takes up to 10 seconds, and no longer than there is time.
    try=$((deadline - $(date +%s)))
    try=$((try > 10 ? 10 : try < 1 ? 1 : try)) why='no answer' now='is ready'
    if holds "$number"; then
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
  sleep "$((INITFLOW_EVERY < left ? INITFLOW_EVERY : left))"
done
fail "gave up after $INITFLOW_TIMEOUT s; missing: ${missing#, }"
