# Calls `get` once; `why` is the reason if it fails. Its arguments are those of the script.
if ! get "$@"; then
  [ "$(date +%s)" -lt "$deadline" ] || fail "gave up on $name after $limit s: $why"
  fail "could not get $name: $why; 1 tries failed"
fi
