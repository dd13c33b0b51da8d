into=$INITFLOW_INTO
sha256=${INITFLOW_SHA256:-}
# One name a pod: a killed download leaves one file, which the next one replaces.
part=${into%/*}/.initflow-$(uname -n).part
say() { printf 'fetch: %s\n' "$1"; }
fail() {
  rm -f "$part"
  say "$1" >&2
  exit 1
}
verify() {
  [ -n "$sha256" ] || return 0
  found=$(sha256sum <"$1")
  found=${found%% *}
  [ "$found" = "$sha256" ]
}
[ ! -d "$into" ] || fail "$into is a folder"
if [ -n "$sha256" ] && [ -f "$into" ] && verify "$into" && chmod "$INITFLOW_MODE" "$into" 2>/dev/null; then
  say "$into is here already, with the right checksum"
  exit 0
fi
say "$name to $into"
mkdir -p "${into%/*}"
rm -f "$part"
umask 077
: >"$part"
deadline=$(($(date +%s) + INITFLOW_TIMEOUT))
failures=0
until
  left=$((deadline - $(date +%s)))
  [ "$left" -gt 0 ] || fail "gave up on $name after $INITFLOW_TIMEOUT s"
  get "$left"
do
  [ "$failures" -lt "$INITFLOW_RETRIES" ] || fail "could not get $name: $((failures + 1)) tries failed"
  failures=$((failures + 1))
  pause=$((failures < 15 ? failures * 2 : 30))
  say "try $failures failed, the next one is in $pause s" >&2
  sleep "$pause"
done
verify "$part" || fail "$name has the SHA-256 checksum $found instead of $sha256"
chmod "$INITFLOW_MODE" "$part"
mv -f "$part" "$into"
say "wrote $into, $(wc -c <"$into") bytes"
