# Takes SCHEME://USER:PASSWORD@HOST:PORT/PATH apart, as it is written. The first `/`, `?` or `#` ends the host.
parse() {
  scheme='' user='' password='' path=$1
  case $path in *://*) scheme=${path%%://*} path=${path#*://} ;; esac
  address=${path%%[/?#]*}
  path=${path#"$address"}
  case $address in *@*)
    user=${address%@*}
    address=${address##*@}
    case $user in *:*) password=${user#*:} user=${user%%:*} ;; esac
    ;;
  esac
  locate "$address"
}
# Takes HOST:PORT apart.
locate() {
  host=$1 port=''
  case $1 in \[*\]:* | [!\[]*:*) host=${1%:*} port=${1##*:} ;; esac
}
# Replaces %XX; the result is `value`, and fails where it would have a control character.
decode() {
  text=$1 format=''
  case $text in *%[01][0-9A-Fa-f]* | *%7[Ff]*) return 1 ;; esac
  set --
  while :; do
    case $text in *%[0-9A-Fa-f][0-9A-Fa-f]*) ;; *) break ;; esac
    plain=${text%%%[0-9A-Fa-f][0-9A-Fa-f]*}
    text=${text#"$plain"%}
    rest=${text#??}
    code=$((0x${text%"$rest"}))
    format=$format%s\\$((code / 64))$((code / 8 % 8))$((code % 8))
    text=$rest
    set -- "$@" "$plain"
  done
  # The format has no character of the text.
  # shellcheck disable=SC2059
  value=$(printf "$format%s" "$@" "$text")
}
