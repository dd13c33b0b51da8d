into=$INITFLOW_INTO
folder=${into%/*}
sha256=${INITFLOW_SHA256:-}
# Names of this pod's own: what a killed run leaves, the next one removes.
part=$folder/.initflow-$(uname -n).part
new=$folder/.initflow-$(uname -n).new
fail() {
  remove "$part" "$new"
  say "$1" >&2
  exit 1
}
# Removes files and folders, whatever their modes.
remove() {
  for path; do
    [ ! -d "$path" ] || chmod -R u+rwX "$path" 2>/dev/null || :
    rm -rf "$path"
  done
}
verify() {
  [ -n "$sha256" ] || return 0
  found=$(sha256sum <"$1")
  found=${found%% *}
  [ "$found" = "$sha256" ]
}
# Runs a command no longer than the time that is left.
run() {
  left=$((deadline - $(date +%s)))
  timeout "$((left > 0 ? left : 1))" "$@"
}
# Calls `get`, which fills `to`, until that succeeds; its last line is why it failed.
bring() {
  say "$name to $into"
  deadline=$(($(date +%s) + INITFLOW_TIMEOUT))
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
mkdir -p "$folder" || fail "cannot make the folder $folder"
remove "$part" "$new"
umask 077
