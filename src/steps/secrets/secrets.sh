into=$INITFLOW_INTO
# What the tools say.
part=.initflow-part
# No tool has a configuration but the step's.
export HOME="${INITFLOW_RAM:-/nonexistent}"
shape() {
  case $INITFLOW_FORMAT in
    raw) secret || fail "$name has no content that can be read" ;;
    json) secret | json source ;;
    dotenv) secret | json dotenv ;;
    field) secret | json field ;;
  esac
}
umask 022
say "$name to $into"
enter "$into"
begin
umask 077
if [ -d "../$base" ] && [ ! -L "../$base" ]; then fail "$into is a folder"; fi
: >$part
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
shape >"./$base" || fail "$name $(cat "./$base")"
chmod "$INITFLOW_MODE" "./$base"
size=$(wc -c <"./$base")
publish "$base"
leave
say "wrote $into, $size bytes"
