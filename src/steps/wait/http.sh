check_http() {
  wanted=${target%% *}
  target=${target#* }
  rest=${target#*://}
  rest=${rest%%[?#]*}
  host=${rest%%/*}
  # Passwords and signatures stay out of the log, and the URL out of the list of processes.
  name="http ${target%%://*}://${host##*@}${rest#"$host"}"
  contains=''
  eval "contains=\${INITFLOW_CONTAINS_$number-}"
  line='
'
  set -- --output /dev/null
  [ -z "$contains" ] || set -- --max-filesize 1048576
  answer=$(printf 'url = "%s"' "$(printf '%s' "$target" | tr -d '\r\n' | sed 's/[\\"]/\\&/g')" |
    curl --silent --globoff --proto '=http,https' --max-time "$try" "$@" \
      --write-out '\n%{http_code} %{errormsg}' --config -) && failed='' || failed=1
  body=${answer%"$line"*}
  why=${answer##*"$line"}
  status=${why%% *}
  why=${why#* }
  [ "$status" = 000 ] || why="status $status${why:+, $why}"
  case $failed$wanted/$status in any/[23]?? | "$status/$status") ;; *) return 1 ;; esac
  why="status $status, without \`$contains\`"
  case $body in *"$contains"*) ;; *) return 1 ;; esac
}
