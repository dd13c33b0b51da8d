# Each argument is a condition: "tcp HOST:PORT", "http any URL" or "http STATUS URL".
trap 'exit 143' TERM
say() { printf 'wait: %s\n' "$1"; }
# Sets `name`, without passwords and queries, and `why`, what is wrong where the condition does not hold.
holds() {
  target=${1#* }
  case $1 in
    tcp\ *)
      name="tcp $target"
      why='no connection'
      host=${target%:*}
      host=${host#\[}
      case $host in -*) return 1 ;; esac
      nc -z -w 3 "${host%\]}" "${target##*:}" >/dev/null 2>&1
      ;;
    *)
      wanted=${target%% *}
      target=${target#* }
      rest=${target#*://}
      rest=${rest%%[?#]*}
      host=${rest%%/*}
      name="http ${target%%://*}://${host##*@}${rest#"$host"}"
      why=$(curl --silent --globoff --proto '=http,https' --connect-timeout 3 --max-time 10 \
        --output /dev/null --write-out '%{http_code} %{errormsg}' --url "$target") || :
      status=${why%% *}
      why=${why#* }
      [ "$status" = 000 ] || why="status $status"
      case $wanted/$status in any/[23]?? | "$status/$status") ;; *) return 1 ;; esac
      ;;
  esac
}
say "$# to wait for, up to $INITFLOW_TIMEOUT s"
deadline=$(($(date +%s) + INITFLOW_TIMEOUT))
while [ $# -gt 0 ]; do
  if holds "$1"; then
    say "$name answers"
    shift
  elif [ "$(date +%s)" -lt "$deadline" ]; then
    sleep "$INITFLOW_EVERY"
  else
    break
  fi
done
missing=
for condition; do
  holds "$condition" || missing="$missing, $name ($why)"
done
if [ -n "$missing" ]; then
  say "gave up after $INITFLOW_TIMEOUT s; missing: ${missing#, }" >&2
  exit 1
fi
