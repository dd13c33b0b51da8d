# Adds files to folders that others can change meanwhile. A folder is entered, and used if the kernel says that it is the one
# that was meant. What comes into it is made in the step's own folder, which is behind descriptor 5 wherever the script
# stands, and gets its name at once.
own=/proc/self/fd/5
exec 5<.
# Copies $1 into the folder in which the script stands, under the name $2; fails if something has this name meanwhile.
bring() {
  why=$(cp -R -P -p "$1" "$own/$2" 2>&1) || fail "cannot copy $1: ${why##*"$newline"}"
  adjust "$own/$2"
  if [ -d "$1" ] && [ ! -L "$1" ]; then
    (exec 6<. && cd -P "$own/$2" && mode=$(stat -c %a .) && chmod u+w . && mv "../$2" /proc/self/fd/6/ && chmod "$mode" .)
  else
    ln "$own/$2" . || mv -n "$own/$2" .
  fi 2>/dev/null && done=yes || done=''
  rm -rf "${own:?}/$2"
  [ -n "$done" ] || [ -e "./$2" ] || [ -L "./$2" ] || fail "cannot write in $3"
  [ -n "$done" ]
}
# Adds what the folder $1 has to the folder in which the script stands, which is $2.
merge() {
  for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    if [ ! -e "$entry" ] && [ ! -L "$entry" ]; then continue; fi
    set -- "$1" "$2" "${entry##*/}"
    if [ ! -e "./$3" ] && [ ! -L "./$3" ] && bring "$entry" "$3" "$2"; then continue; fi
    if [ -L "$entry" ] || [ ! -d "$entry" ] || [ -L "./$3" ] || [ ! -d "./$3" ]; then continue; fi
    (
      cd -P "./$3" 2>/dev/null && at "$2/$3" || fail "cannot enter the folder $2/$3"
      sealed=''
      [ -w . ] || { sealed=$(stat -c %a .) && chmod u+w . || fail "cannot write in $2/$3"; }
      merge "$entry" "$2/$3"
      [ -z "$sealed" ] || chmod "$sealed" .
    ) || exit 1
  done
}
