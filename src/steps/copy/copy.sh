umask 022
# Copies $1 to $2, all at once; $3 is how cp takes a link that it is told to copy.
copy() {
  why=$(cp -R "$3" -p "$1" "./$2" 2>&1) || fail "cannot copy $name: ${why##*"$newline"}"
  if [ ! -d "./$2" ] || [ -L "./$2" ]; then
    publish_file "$2"
    return
  fi
  if [ -e "../$2" ] && [ ! -d "../$2" ]; then fail "$place/$2 is a file"; fi
  publish "$2"
}
