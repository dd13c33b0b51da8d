fail() {
  [ -z "${new:-}" ] || remove "$new"
  say "$1" >&2
  exit 1
}
line='
'
# Copies $1 to $2, all at once; $3 is how cp takes a link that it is told to copy.
copy() {
  recover "$2"
  remove "$new"
  why=$(cp -R "$3" -p "$1" "$new" 2>&1) || fail "cannot copy $name: ${why##*"$line"}"
  if [ -d "$new" ] && [ ! -L "$new" ]; then
    [ -d "$2" ] || [ ! -e "$2" ] || fail "$2 is a file"
    [ -z "${INITFLOW_MODE_OF_ALL:-}" ] || chmod -R "$INITFLOW_MODE_OF_ALL" "$new"
    place "$new" "$2"
  else
    # mv would follow a link to a folder.
    [ ! -L "$2" ] || rm -f "$2"
    [ ! -d "$2" ] || fail "$2 is a folder"
    if [ -n "${INITFLOW_MODE:-}" ] && [ ! -L "$new" ]; then chmod "$INITFLOW_MODE" "$new"; fi
    mv -f "$new" "$2" || fail "cannot replace $2"
  fi
}
name=$INITFLOW_FROM
[ -e "$from" ] || fail "there is no $name in the image"
case $INITFLOW_INTO in
  */)
    into=${INITFLOW_INTO%/}
    [ -d "$from" ] || into=$into/${name##*/}
    ;;
  *) into=$INITFLOW_INTO ;;
esac
say "$name to $into"
folder=${into%/*}
[ "$into" != "$INITFLOW_VOLUME" ] || folder=$into
mkdir -p "$folder" || fail "cannot make the folder $folder"
# A name of this pod's own: what a killed run leaves, the next one removes.
new=$folder/.initflow-$(uname -n).new
umask 022
if [ "$into" != "$INITFLOW_VOLUME" ]; then
  copy "$from" "$into" -H
else
  # A volume's root cannot be renamed: what the folder holds comes one by one.
  for entry in "$from"/* "$from"/.[!.]* "$from"/..?*; do
    if [ -e "$entry" ] || [ -L "$entry" ]; then copy "$entry" "$into/${entry##*/}" -P; fi
  done
fi
say "$into is complete"
