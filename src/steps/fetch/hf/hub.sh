# The model, its revision and the files that are wanted. `HF_ENDPOINT` names another hub, and `HF_TOKEN` logs in.
name=$(one_line "$INITFLOW_FROM")
! has_control "$name" || fail 'the URL has a control character'
rest=${name#hf://} kind=models folder=''
case $rest in datasets/*) kind=datasets folder=datasets/ rest=${rest#*/} ;; esac
model=${rest%%@*} rest=${rest#*@} pattern='*'
revision=${rest%%/*}
case $rest in */*) pattern=${rest#*/} ;; esac
case $model in [!0-9A-Za-z_]* | *[!0-9A-Za-z._/-]* | */[!0-9A-Za-z_]* | */*/* | */) false ;; */*) ;; *) false ;; esac ||
  fail 'the model is not `ORG/MODEL`, of letters, digits, `.`, `_` and `-`'
case $revision in '' | [!0-9A-Za-z_]* | *[!0-9A-Za-z._-]*) fail 'the revision has a character that none can have' ;; esac
hub=$(one_line "${HF_ENDPOINT:-https://huggingface.co}")
hub=${hub%/}
case $hub in
  *[[:cntrl:]\ \"\\]*) fail '`HF_ENDPOINT` is not a URL' ;;
  https://?*) protocols='=https' ;;
  http://?*) protocols='=http,https' ;;
  *) fail '`HF_ENDPOINT` is not a URL that starts with `https://` or `http://`' ;;
esac
token=$(one_line "${HF_TOKEN-}")
case $token in *[!0-9A-Za-z._~+/=-]*) fail '`HF_TOKEN` has a character that no token has' ;; esac
site() {
  value=${1#*://}
  value=${1%%://*}://${value%%[/?#]*}
}
site "$hub"
home=$value
# Sends a request for the URL $1, with options of curl. Only the hub's own site gets the token. Both come by standard input, since
# every process can read another's arguments.
request() {
  {
    printf '%s\n' "$1" | sed 's/[\\"]/\\&/g; s/.*/url = "&"/'
    site "$1"
    if [ -n "$token" ] && [ "$value" = "$home" ]; then printf 'header = "Authorization: Bearer %s"\n' "$token"; fi
  } | {
    shift
    run curl -q --config - --silent --show-error --globoff --proto "$protocols" --connect-timeout 10 --speed-limit 1 --speed-time 30 "$@"
  }
}
# Asks for a URL and follows redirects: `url` is the last one. Whether its status is 200; else `why` says why not.
ask() {
  url=$1 hops=0
  shift
  while :; do
    if ! said=$(request "$url" "$@" --write-out '%{http_code} %{redirect_url}' 2>&1); then
      why=$(printf '%s\n' "${said:-no answer}" | sed 's/^[0-9]* *$//; /^$/d' | tail -n 1)
      why=${why:-no answer}
      return 1
    fi
    status=${said%% *}
    case $status in
      200) return ;;
      30?) url=${said#* } hops=$((hops + 1)) ;;
      401 | 403) fail "the hub refuses $name (status $status): it is gated, private or does not exist; \`HF_TOKEN\` must be a token with access to it" ;;
      404) why='there is no such model, revision or file' && return 1 ;;
      *) why="status $status" && return 1 ;;
    esac
    if [ -z "$url" ] || has_control "$url"; then why='a redirect leads nowhere' && return 1; fi
    [ "$hops" -le 10 ] || { why='more than 10 redirects' && return 1; }
  done
}
