check_tcp() {
  name="tcp $target"
  host=${target%:*}
  host=${host#\[}
  case $host in -*) return 1 ;; esac
  why=$(nc -v -z -w "$try" "${host%\]}" "${target##*:}" 2>&1) && return
  case $why in '' | *'timed out'*) why='no answer' ;; *) why=${why##*: } ;; esac
  return 1
}
