# Sets `url` and `login`. Passwords, signatures and what variables hold stay out of the log.
of_http() {
  kind=http
  parse "$1"
  case $1 in
    http://*) endpoint 80 ;;
    https://*) endpoint 443 ;;
    *) fail "the URL of \`http\` does not start with \`http://\` or \`https://\`" ;;
  esac
  case $host in *:*) host="[$host]" ;; esac
  site=${1%%://*}://$host:$port
  case $site in http://*:80 | https://*:443) site=${site%:*} ;; esac
  name="http $site${path%%[?#]*}"
  part user "$user"
  user=$value
  part password "$password"
  login=$user${value:+:$value}
  fill "$path"
  clean path "$value"
  url=$site$value
  case $value in *' '*) fail "the path of \`http\` has a space: in a URL it is \`%20\`" ;; esac
}
