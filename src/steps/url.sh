# Takes SCHEME://USER:PASSWORD@HOST:PORT/PATH?QUERY apart, as it is written. The first `/`, `?` or `#` ends the host.
parse() {
  path=${1#*://}
  host=${path%%[/?#]*}
  path=${path#"$host"} user='' password=''
  case $host in *@*) user=${host%@*} host=${host##*@} ;; esac
  case $user in *:*) password=${user#*:} user=${user%%:*} ;; esac
  locate "$host"
}
