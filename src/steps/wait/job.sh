seen=
check_job() {
  fill "$target"
  clean name "$value"
  job=$value
  name="job $job"
  now='is complete'
  account=/var/run/secrets/kubernetes.io/serviceaccount
  host=$KUBERNETES_SERVICE_HOST
  case $host in *:*) host="[$host]" ;; esac
  answer=$(printf 'header = "Authorization: Bearer %s"\n' "$(cat "$account/token")" |
    curl -q --config - --cacert "$account/ca.crt" --silent --globoff --proto '=https' --max-time "$try" \
      --write-out '\n%{http_code} %{errormsg}' \
      --url "https://$host:$KUBERNETES_SERVICE_PORT/apis/batch/v1/namespaces/$(cat "$account/namespace")/jobs/$job") || :
  why=${answer##*"$newline"}
  answer=$(printf '%s' "$answer" | tr -d ' \t\n')
  case $why in
    200*) ;;
    404*)
      case " $seen " in *" $job "*) fail "$name is gone: somebody deleted it" ;; esac
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
  seen="$seen $job"
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
}
