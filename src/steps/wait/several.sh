# Each argument is the number of a condition, which `holds` tries.
trap 'exit 143' TERM
limit=${INITFLOW_TIMEOUT:-300} && deadline=$(($(date +%s) + limit)) said=''
say "$# to wait for, up to $limit s"
while :; do
  missing=''
  for number; do
    shift
    # One try takes up to 10 seconds, and no longer than there is time.
    try=$((deadline - $(date +%s))) why='no answer' now='is ready'
    try=$((try > 10 ? 10 : try < 1 ? 1 : try))
    if holds "$number"; then say "$name $now" && continue; fi
    missing="$missing, $name ($(printf '%.300s' "$why"))"
    set -- "$@" "$number"
  done
  [ $# -gt 0 ] || exit 0
  left=$((deadline - $(date +%s)))
  [ "$left" -gt 0 ] || fail "gave up after $limit s; missing: ${missing#, }"
  [ "$missing" = "$said" ] || say "not yet: ${missing#, }"
  said=$missing
  sleep "$((left < ${INITFLOW_EVERY:-2} ? left : ${INITFLOW_EVERY:-2}))"
done
