# Whether the URL has this option, which becomes `value`.
option() {
  value=${path%%#*}
  case $value in *\?*) value=\&${value#*\?} ;; *) return 1 ;; esac
  case $value in *"&$1="*) ;; *) return 1 ;; esac
  value=${value##*"&$1="}
  part "option \`$1\`" "${value%%&*}"
}
