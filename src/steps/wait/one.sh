# Waits for one condition, which `holds` tries.
trap 'exit 143' TERM
say "1 to wait for, up to $INITFLOW_TIMEOUT s"
deadline=$(($(date +%s) + INITFLOW_TIMEOUT)) said=''
while :; do
  # One try takes up to 10 seconds, and no longer than there is time.
  try=$((deadline - $(date +%s)))
  try=$((try > 10 ? 10 : try < 1 ? 1 : try)) why='no answer' now='is ready'
  if holds; then break; fi
  missing="$name ($(printf '%.300s' "$why"))"
  left=$((deadline - $(date +%s)))
  [ "$left" -gt 0 ] || fail "gave up after $INITFLOW_TIMEOUT s; missing: $missing"
  [ "$missing" = "$said" ] || say "not yet: $missing"
  said=$missing
  sleep "$((INITFLOW_EVERY < left ? INITFLOW_EVERY : left))"
done
say "$name $now"
