# Calls `get` until it succeeds; `why` is the reason if it did not. Its arguments are those of the script.
failures=0
until get "$@"; do
  left=$((deadline - $(date +%s)))
  [ "$left" -gt 0 ] || fail "gave up on $name after $INITFLOW_TIMEOUT s: $why"
  [ "$failures" -lt "$INITFLOW_RETRIES" ] || fail "could not get $name: $why; $((failures + 1)) tries failed"
  failures=$((failures + 1))
  pause=$((failures < 15 ? failures * 2 : 30))
  pause=$((pause < left ? pause : left))
  say "try $failures failed: $why; the next one is in $pause s" >&2
  sleep "$pause"
done
