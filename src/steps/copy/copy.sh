# Copies $1 to $2, all at once; $3 is how cp takes a link that it is told to copy.
copy() {
  why=$(cp -R "$3" -p "$1" "./$2" 2>&1) || fail "cannot copy $name: ${why##*"$line"}"
  if [ -d "./$2" ] && [ ! -L "./$2" ]; then
    if [ -e "../$2" ] && [ ! -d "../$2" ]; then fail "$place/$2 is a file"; fi
    [ -z "${INITFLOW_MODE_OF_ALL:-}" ] || chmod -R "$INITFLOW_MODE_OF_ALL" "./$2"
  elif [ -n "${INITFLOW_MODE:-}" ] && [ ! -L "./$2" ]; then
    chmod "$INITFLOW_MODE" "./$2"
  fi
  publish "$2"
}
name=$INITFLOW_FROM
[ -e "$from" ] || fail "there is no $name in the image"
if [ -d "$from" ] && [ -z "${INITFLOW_OUTSIDE_LINKS:-}" ]; then
  link=$(cd "$from" && astray '' 0)
  [ -z "$link" ] || fail "$name has a link that leads out of it: $link; if it is right, add outside-links"
fi
case $INITFLOW_INTO in
  */)
    into=${INITFLOW_INTO%/}
    [ -d "$from" ] || into=$into/${name##*/}
    ;;
  *) into=$INITFLOW_INTO ;;
esac
umask 022
say "$name to $into"
if [ "$into" != "$INITFLOW_VOLUME" ]; then
  enter "$into"
  begin
  copy "$from" "$base" -H
else
  # A volume's root cannot be renamed: what the folder holds comes one by one.
  enter "$into/any"
  begin
  for entry in "$from"/* "$from"/.[!.]* "$from"/..?*; do
    if [ -e "$entry" ] || [ -L "$entry" ]; then copy "$entry" "${entry##*/}" -P; fi
  done
fi
leave
say "$into is complete"
