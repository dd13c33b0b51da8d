# A part of an address becomes `value`, with %XX decoded; where it is not there, the third argument does, as it is.
part() {
  fill "$2"
  [ -n "$value" ] || { clean "$1" "${3-}" && return; }
  clean "$1" "$value"
  decode "$value" || fail "the $1 of \`$kind\` has a control character, written as %XX"
}
