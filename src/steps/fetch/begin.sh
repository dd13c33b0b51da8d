into=$INITFLOW_INTO
sha256=${INITFLOW_SHA256:-}
# What is downloaded.
part=.initflow-part
# No tool has a configuration but the step's.
export HOME=/nonexistent
verify() {
  [ -n "$sha256" ] || return 0
  found=$(run sha256sum "$1")
  found=${found%% *}
  [ "${found#?}" = "$sha256" ] || [ "$found" = "$sha256" ]
}
# Runs a command no longer than the time that is left.
run() {
  left=$((deadline - $(date +%s)))
  timeout "$((left > 0 ? left : 1))" "$@"
}
# Calls `get`, which fills `to`, until that succeeds; its last line is why it failed.
bring() {
  failures=0
  until why=$(get 2>&1); do
    why=$(printf '%s\n' "${why:-no answer}" | tail -n 1)
    failures=$((failures + 1))
    pause=$((failures < 15 ? failures * 2 : 30))
    [ "$(date +%s)" -lt "$deadline" ] || fail "gave up on $name after $INITFLOW_TIMEOUT s: $why"
    [ "$failures" -le "$INITFLOW_RETRIES" ] || fail "could not get $name: $why; $failures tries failed"
    [ "$(($(date +%s) + pause))" -lt "$deadline" ] ||
      fail "gave up on $name, with $INITFLOW_TIMEOUT s for all tries: $why"
    say "try $failures failed, the next one is in $pause s: $why" >&2
    sleep "$pause"
  done
}
umask 022
prepare
say "$name to $into"
enter "$into"
begin
umask 077
deadline=$(($(date +%s) + INITFLOW_TIMEOUT))
