# Takes SCHEME://USER:PASSWORD@HOST:PORT/BASE?OPTIONS apart.
parse() {
  rest=${1#*://} user='' password='' port='' base=''
  case $rest in *@*)
    user=${rest%@*}
    rest=${rest##*@}
    case $user in *:*) password=$(decode "${user#*:}") ;; esac
    user=$(decode "${user%%:*}")
    ;;
  esac
  rest=${rest%%\?*}
  case $rest in */*) base=$(decode "${rest#*/}") ;; esac
  host=${rest%%/*}
  case $host in \[*\]:* | [!\[]*:*)
    port=${host##*:}
    host=${host%:*}
    ;;
  esac
  host=${host#\[}
  host=${host%\]}
}
# Replaces %XX.
decode() {
  text=$1 plain=''
  while :; do
    case $text in *%[0-9A-Fa-f][0-9A-Fa-f]*) ;; *) break ;; esac
    before=${text%%%[0-9A-Fa-f][0-9A-Fa-f]*}
    text=${text#"$before"%}
    digits=${text%"${text#??}"}
    text=${text#??}
    plain=$plain$before$(printf '%b' "\\0$(printf '%o' "0x$digits")")
  done
  printf '%s' "$plain$text"
}
