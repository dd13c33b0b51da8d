account=/var/run/secrets/kubernetes.io/serviceaccount
space=$(cat "$account/namespace")
# Sends the API server a request: a path, and options of curl. `answer` becomes what it answers; `why` becomes the status, or the
# reason if there is no answer.
api() {
  host=$KUBERNETES_SERVICE_HOST path=$1
  case $host in *:*) host="[$host]" ;; esac
  shift
  answer=$(printf 'header = "Authorization: Bearer %s"\n' "$(cat "$account/token")" |
    curl -q --config - --cacert "$account/ca.crt" --silent --globoff --proto '=https' --max-time "$try" \
      --write-out '|%{http_code} %{errormsg}' --url "https://$host:$KUBERNETES_SERVICE_PORT$path" "$@") || :
  why=${answer##*|}
  case $why in 000*) why=${why#* } ;; *) why="status ${why%% *}" ;; esac
}
