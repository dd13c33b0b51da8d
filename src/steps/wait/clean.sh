# The text becomes `value`, without a line break at its end, and is held to what every value is held to.
clean() {
  trim "$2"
  case $value in *[[:cntrl:]]*) fail "the $1 of \`$kind\` has a line break or another control character" ;; esac
}
