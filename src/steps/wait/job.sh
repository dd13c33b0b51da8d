account=/var/run/secrets/kubernetes.io/serviceaccount seen=''
check_job() {
  name="job $job" now='is complete' host=$KUBERNETES_SERVICE_HOST
  case $host in *:*) host="[$host]" ;; esac
  answer=$(printf 'header = "Authorization: Bearer %s"\n' "$(cat "$account/token")" |
    curl -q --config - --cacert "$account/ca.crt" --silent --globoff --proto '=https' --max-time "$try" \
      --write-out '|%{http_code} %{errormsg}' \
      --url "https://$host:$KUBERNETES_SERVICE_PORT/apis/batch/v1/namespaces/$(cat "$account/namespace")/jobs/$job") || :
  why=${answer##*|}
  case $why in
    200*) seen="$seen $job" why='not complete yet' ;;
    404*)
      case " $seen " in *" $job "*) fail "$name is gone: somebody deleted it" ;; esac
      why='there is no such Job yet'
      ;;
    000*) why=${why#* } ;;
    40[13]*) why="status ${why%% *}: the service account may not read it" ;;
    *) why="status ${why%% *} from the API server" ;;
  esac
  answer=$(printf '%s' "$answer" | tr -d ' \t\n')
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
