# A volume's root cannot be renamed: what the folder holds comes one by one.
if [ -d "$from" ]; then
  for entry in "$from"/* "$from"/.[!.]* "$from"/..?*; do
    if [ -e "$entry" ] || [ -L "$entry" ]; then copy "$entry" "${entry##*/}" -P; fi
  done
else
  copy "$from" "$base" -H
fi
