# Takes SCHEME://USER:PASSWORD@HOST:PORT/PATH?QUERY apart, as it is written. The first `/`, `?` or `#` ends the host.
parse() {
  user='' password='' path=${1#*://}
  host=${path%%[/?#]*}
  path=${path#"$host"}
  case $host in *@*)
    user=${host%@*}
    host=${host##*@}
    case $user in *:*) password=${user#*:} user=${user%%:*} ;; esac
    ;;
  esac
  locate "$host"
}
