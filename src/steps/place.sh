# For a script that has `fail`. Removes files and folders, whatever their modes.
remove() {
  for path; do
    if [ -d "$path" ] && [ ! -L "$path" ]; then chmod -R u+rwX "$path" 2>/dev/null || :; fi
    rm -rf "$path"
  done
}
# Gives a folder its name back, where a run was killed between the two renames below.
recover() {
  old=${1%/*}/.initflow-${1##*/}.old
  if [ -d "$old" ] && [ ! -e "$1" ] && [ ! -L "$1" ]; then
    mv "$old" "$1" || fail "cannot move $old back to $1"
  fi
}
# Puts the folder $1 in the place of $2 beside it: a reader finds the old one, none, or the new one.
place() {
  recover "$2"
  remove "$old"
  if [ -d "$2" ] || [ -L "$2" ]; then mv "$2" "$old" || fail "cannot move $2 out of the way"; fi
  mv "$1" "$2" || fail "cannot move the files to $2"
  # Where another pod was quicker, mv puts the folder into that one's.
  if [ -d "$2/${1##*/}" ]; then
    remove "$2/${1##*/}"
    fail "$2 is there again: another pod makes it too"
  fi
  remove "$old"
}
