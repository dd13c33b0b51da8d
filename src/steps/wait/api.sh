account=/var/run/secrets/kubernetes.io/serviceaccount server=$KUBERNETES_SERVICE_HOST
case $server in *:*) server="[$server]" ;; esac
space=$(cat "$account/namespace") server=https://$server:$KUBERNETES_SERVICE_PORT
# Sends the API server a request: options of curl. `answer` becomes what it answers; `why` becomes the status, or the
# reason if there is no answer.
api() {
  answer=$(printf 'header = "Authorization: Bearer %s"\n' "$(cat "$account/token")" |
    curl -q --config - --cacert "$account/ca.crt" --silent --globoff --proto '=https' --max-time "$try" \
      --write-out '|%{http_code} %{errormsg}' "$@") || :
  why=${answer##*|}
  case $why in 000*) why=${why#* } ;; *) why="status ${why%% *}" ;; esac
}
