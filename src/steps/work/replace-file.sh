# Gives the file $1 of this folder its name in the place.
publish_file() {
  if [ -d "../$1" ] && [ ! -L "../$1" ]; then fail "$place/$1 is a folder"; fi
  mv -f "./$1" .. 2>/dev/null || fail "cannot replace $place/$1"
}
