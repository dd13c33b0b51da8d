# Folders are made here, and may replace folders that others can change meanwhile: those are cleared with care.
trap leave EXIT
stuck() { fail "cannot remove $place/$1: it has files of another user; give the pod an fsGroup"; }
# Whether the script stands in the folder $1.
at() { [ "$(readlink /proc/self/cwd && echo .)" = "$1$newline." ]; }
# Removes this folder.
leave() {
  empty 2>/dev/null || :
  cd -P .. || return
  rmdir "./$work" 2>/dev/null || :
}
# Removes a file or a folder beside this one.
remove() {
  if [ -d "$1" ] && [ ! -L "$1" ]; then
    (cd -P "$1" && at "$place/${1##*/}" && empty) && rmdir "$1"
  else
    rm -f "$1"
  fi
}
# Leaves the folders in this one to their user alone, from above; fails if some are another user's.
seal() {
  before=''
  while now=$(find . ! -path . -type d -user "$me" '(' ! -perm -700 -o -perm -020 -o -perm -002 ')' -prune -print \
    -exec chmod 700 {} +) && [ "$now" != "$before" ]; do before=$now; done
  [ -z "$(find . ! -path . -type d ! -user "$me" | head -n 1)" ]
}
# The same in a folder that has folders of other users: one by one, with a look at where each is.
dismantle() {
  [ "${#1}" -lt 2000 ] || return 1
  for entry in ./* ./.[!.]* ./..?*; do
    if [ -d "$entry" ] && [ ! -L "$entry" ]; then
      (cd -P "$entry" && at "$1/${entry#./}" && dismantle "$1/${entry#./}") && rmdir "$entry" || return 1
    else
      rm -f "$entry" || return 1
    fi
  done
}
# Folders get their names back where a run was killed between the two renames of a replacement.
for left in ../.initflow-*/.initflow-old/* ../.initflow-*/.initflow-old/.[!.]*; do
  lost=${left##*/} left=${left#../}
  if [ ! -d "../$left" ] || [ -e "../$lost" ] || [ -L "../$lost" ]; then continue; fi
  left=${left%/*}
  (cd -P "../$left" && at "$place/$left" && mv "./$lost" ../..) || :
done
