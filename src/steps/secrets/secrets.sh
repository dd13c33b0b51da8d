into=$INITFLOW_INTO
# One name a pod: a killed step leaves one file, which only its user can read and which the next one replaces.
part=${into%/*}/.initflow-$(uname -n).part
fail() {
  rm -f "$part"
  say "$1" >&2
  exit 1
}
shape() {
  case $INITFLOW_FORMAT in
    raw) secret || fail "$name has no content that can be read" ;;
    json) secret | json source ;;
    dotenv) secret | json dotenv ;;
    field) secret | json field ;;
  esac
}
[ ! -d "$into" ] || fail "$into is a folder"
say "$name to $into"
umask 022
mkdir -p "${into%/*}"
umask 077
rm -f "$part"
: >"$part"
deadline=$(($(date +%s) + INITFLOW_TIMEOUT))
failures=0
reason='no answer'
until get; do
  left=$((deadline - $(date +%s)))
  [ "$left" -gt 0 ] || fail "gave up on $name after $INITFLOW_TIMEOUT s: $reason"
  [ "$failures" -lt "$INITFLOW_RETRIES" ] || fail "could not get $name: $reason; $((failures + 1)) tries failed"
  failures=$((failures + 1))
  pause=$((failures < 15 ? failures * 2 : 30))
  pause=$((pause < left ? pause : left))
  say "try $failures failed: $reason; the next one is in $pause s" >&2
  sleep "$pause"
done
shape >"$part" || fail "$name $(cat "$part")"
chmod "$INITFLOW_MODE" "$part"
mv -f "$part" "$into"
say "wrote $into, $(wc -c <"$into") bytes"
