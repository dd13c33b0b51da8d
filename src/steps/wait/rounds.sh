  missing="$name ($(printf '%.300s' "$why"))" left=$((deadline - $(date +%s)))
  [ "$left" -gt 0 ] || fail "gave up after $limit s; missing: $missing"
  [ "$missing" = "$said" ] || say "not yet: $missing"
  said=$missing
  sleep "$((left < ${INITFLOW_EVERY:-2} ? left : ${INITFLOW_EVERY:-2}))"
done
say "$name $now"
