# A part of an address becomes `value`, with %XX decoded; where it is not there, the third argument does, as it is.
part() {
  fill "$2"
  if [ -z "$value" ]; then
    clean "$1" "${3-}"
    return
  fi
  clean "$1" "$value"
  decode "$value" || fail "the $1 of \`$kind\` has a control character, written as %XX"
}
