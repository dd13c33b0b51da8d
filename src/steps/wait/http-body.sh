# Looks at the first MiB of the body, too.
check_body() {
  answer=$(
    {
      why=$({ body 2>&4 | head -c 1048576 >&3; } 4>&1)
    } 3>&1
    printf '\n%s' "$why"
  )
  body=${answer%"$newline"*} why=${answer##*"$newline"}
  failed=${why%%,*} why=${why#*,}
  answered || return 1
  why="status $status, without \`$contains\`"
  case $body in *"$contains"*) ;; *) return 1 ;; esac
}
# Prints the body; and as errors whether the try failed, the status and the reason.
body() {
  why=$(request --max-filesize 1048576 --write-out '%{stderr}%{http_code} %{errormsg}' 2>&1 >&5) 5>&1 &&
    printf ',%s' "$why" >&2 || printf 'failed,%s' "$why" >&2
}
