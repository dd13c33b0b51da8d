# Each argument is a condition: "tcp HOST:PORT", "http any URL", "http STATUS URL" or "job NAME".
trap 'exit 143' TERM
say() { printf 'wait: %s\n' "$1"; }
fail() {
  say "$1" >&2
  exit 1
}
# Gets a Job: what the API server answers, without white space, and on a line of its own the status.
get_job() {
  account=/var/run/secrets/kubernetes.io/serviceaccount
  host=$KUBERNETES_SERVICE_HOST
  case $host in *:*) host="[$host]" ;; esac
  printf 'header = "Authorization: Bearer %s"\n' "$(cat "$account/token")" |
    curl --config - --cacert "$account/ca.crt" --silent --globoff --proto '=https' --connect-timeout 3 --max-time 10 \
      --write-out '\n%{http_code} %{errormsg}' \
      --url "https://$host:$KUBERNETES_SERVICE_PORT/apis/batch/v1/namespaces/$(cat "$account/namespace")/jobs/$1"
}
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
    job\ *)
      name="job $target"
      answer=$(get_job "$target") || :
      why=$(printf '%s' "$answer" | tail -n 1)
      answer=$(printf '%s' "$answer" | tr -d ' \t\n')
      case $why in
        200*) ;;
        404*)
          case " $seen " in *" $target "*) fail "$name is gone: somebody deleted it" ;; esac
          why='there is no such Job yet'
          return 1
          ;;
        40[13]*)
          why="status ${why%% *}: the service account may not read it"
          return 1
          ;;
        *)
          status=${why%% *}
          why=${why#* }
          [ "$status" = 000 ] || why="status $status from the API server"
          return 1
          ;;
      esac
      seen="$seen $target"
      why='not complete yet'
      case $answer in
        *'"type":"Complete","status":"True"'*) ;;
        *'"type":"Failed","status":"True"'*)
          why=${answer#*'"type":"Failed","status":"True"'}
          why=${why#*'"reason":"'}
          fail "$name failed: ${why%%\"*}"
          ;;
        *) return 1 ;;
      esac
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
seen=
say "$# to wait for, up to $INITFLOW_TIMEOUT s"
deadline=$(($(date +%s) + INITFLOW_TIMEOUT))
while [ $# -gt 0 ]; do
  if holds "$1"; then
    case $name in job\ *) say "$name is complete" ;; *) say "$name answers" ;; esac
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
  fail "gave up after $INITFLOW_TIMEOUT s; missing: ${missing#, }"
fi
