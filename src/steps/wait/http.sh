check_http() {
  wanted=${target%% *}
  take "${target#* }"
  case $scheme in
    http) endpoint 80 ;;
    https) endpoint 443 ;;
    *) fail "the URL of \`http\` does not start with \`http://\` or \`https://\`" ;;
  esac
  case $host in *:*) host="[$host]" ;; esac
  site=$scheme://$host:$port
  case $site in http://*:80 | https://*:443) site=${site%:*} ;; esac
  # Passwords, signatures and what variables hold stay out of the log, and the URL out of the list of processes.
  name="http $site${path%%[?#]*}"
  part user "$user"
  user=$value
  part password "$password"
  password=$value
  fill "$path"
  clean path "$value"
  path=$value
  case $path in *' '*) fail "the path of \`http\` has a space: in a URL it is \`%20\`" ;; esac
  eval "value=\${INITFLOW_CONTAINS_$number-}"
  whole=''
  fill "$value"
  trim "$value"
  contains=$value
  set -- --output /dev/null
  [ -z "$contains" ] || set -- --max-filesize 1048576
  answer=$(
    {
      why=$({ ask "$@" 2>&4 | head -c 1048576 >&3; } 4>&1)
    } 3>&1
    printf '\n%s' "$why"
  )
  body=${answer%"$newline"*}
  why=${answer##*"$newline"}
  failed=${why%%,*}
  why=${why#*,}
  status=${why%% *}
  why=${why#* }
  case $status in [1-9]??) why="status $status${why:+, $why}" ;; esac
  case $failed$wanted/$status in any/[23]?? | "$status/$status") ;; *) return 1 ;; esac
  why="status $status, without \`$contains\`"
  case $body in *"$contains"*) ;; *) return 1 ;; esac
}
# Prints the body; and as errors whether the try failed, the status and the reason.
ask() {
  why=$(
    {
      printf 'url = "%s"\n' "$(quoted "$site$path")"
      [ -z "$user$password" ] || printf 'user = "%s"\n' "$(quoted "$user:$password")"
    } | curl -q --config - --silent --globoff --proto '=http,https' --max-time "$try" "$@" \
      --write-out '%{stderr}%{http_code} %{errormsg}' 2>&1 >&5
  ) 5>&1 && printf ',%s' "$why" >&2 || printf 'failed,%s' "$why" >&2
}
