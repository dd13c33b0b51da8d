# A volume's root cannot be renamed: what the folder holds comes one by one, and what is there stays.
kept=0
add() {
  if there "$2"; then kept=$((kept + 1)); else copy "$@"; fi
}
if [ -d "$from" ]; then
  for entry in "$from"/* "$from"/.[!.]* "$from"/..?*; do
    if [ -e "$entry" ] || [ -L "$entry" ]; then add "$entry" "${entry##*/}" -P; fi
  done
else
  add "$from" "$base" -H
fi
[ "$kept" -eq 0 ] || say "$kept files and folders are there already, and stay"
