# Calls `get` until it succeeds; `why` is the reason if it did not. Its arguments are those of the script.
tries=0
until get "$@"; do
  tries=$((tries + 1)) pause=$((tries < 15 ? tries * 2 : 30)) left=$((deadline - $(date +%s)))
  [ "$left" -gt 0 ] || fail "gave up on $name after $limit s: $why"
  [ "$tries" -le "${INITFLOW_RETRIES:-5}" ] || fail "could not get $name: $why; $tries tries failed"
  pause=$((pause < left ? pause : left))
  say "try $tries failed: $why; the next one is in $pause s" >&2
  sleep "$pause"
done
