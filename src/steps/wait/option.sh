# Whether the URL has this option, which becomes `value`: one of the words that follow, where there are some.
option() {
  option=$1
  case "&$query" in *"&$1="*) ;; *) return 1 ;; esac
  value="&$query"
  value=${value##*"&$1="}
  part "option \`$1\`" "${value%%&*}"
  shift
  [ $# -gt 0 ] || return 0
  for word; do
    [ "$value" != "$word" ] || return 0
  done
  fail "the option \`$option\` of \`$kind\` is not one of: $*"
}
