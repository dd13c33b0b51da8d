# Makes things where no other user can reach them, and gives them their names at once. For a script with `say`.
#
# Other containers may write in the volume, too, and may swap any name in it for a link at any moment. So a script does its
# work in a new folder that only its user can enter, and stands in it: names in it are its own, and so is `..`, since a folder
# can be moved elsewhere only by who may write in it. After each step the kernel is asked where the script stands.
me=$(id -u)
pod=$(uname -n)
work='' shared=''
line='
'
fail() {
  [ -z "$work" ] || leave
  say "$1" >&2
  exit 1
}
stuck() { fail "cannot remove $place/$1: it has files of another user; give the pod an fsGroup"; }
# Whether the script stands in the folder $1.
at() { [ "$(readlink /proc/self/cwd && echo .)" = "$1$line." ]; }
# Enters the folder of the volume that the file or folder $1 is in, and makes it if it is missing; sets `place` and `base`.
enter() {
  base=${1##*/} rest=${1#"$INITFLOW_VOLUME"/}
  cd -P "$INITFLOW_VOLUME" || fail "cannot enter $INITFLOW_VOLUME"
  root=$(readlink /proc/self/cwd) place=$root
  while [ "$rest" != "$base" ]; do
    hop=${rest%%/*} rest=${rest#*/}
    mkdir "./$hop" 2>/dev/null || :
    cd -P "./$hop" 2>/dev/null || fail "cannot make the folder $place/$hop"
    place=$(readlink /proc/self/cwd)
    case $place in "$root" | "$root"/*) ;; *) fail "the folder of $1 is a link that leads out of the volume" ;; esac
  done
}
# Makes a folder of the step's own there, and enters it; what a killed run has left is put right.
begin() {
  meddled="another container changes the folder $place meanwhile"
  made=$(mktemp -d "./.initflow-$pod.XXXXXX" 2>/dev/null) || fail "cannot write in $place"
  cd -P "$made" || fail "cannot enter $place/$made"
  if ! at "$place/${made#./}" || [ -n "$(ls -A)" ]; then fail "$meddled"; fi
  if ! mine; then
    unowned || fail "$meddled"
    shared=yes
  fi
  work=${made#./}
  recover
  for left in ../.initflow-*.??????; do
    case $left in
      "../$work") ;;
      "../.initflow-$pod".*) remove "$left" || stuck "${left#../}" ;;
      # Another pod may be at work there, but not for days.
      *) [ -z "$(find "$left" -prune -mtime +1 2>/dev/null)" ] || remove "$left" 2>/dev/null || : ;;
    esac
  done
}
# Whether this folder is the user's, and nobody else's.
mine() { case $(stat -c %u:%a .) in "$me":700 | "$me":[1-7]700) ;; *) return 1 ;; esac; }
# Whether the volume gives what is made in it to another user, as some do: there nothing can be kept from others.
unowned() (
  set -C
  exec 3>"./.initflow-${made##*.}" || exit 1
  rm -f "./.initflow-${made##*.}"
  [ "$(stat -L -c %u /proc/self/fd/3)" != "$me" ]
)
# Gives folders their names back where a run was killed between the two renames of `publish`.
recover() {
  for left in ../.initflow-*/.initflow-old/* ../.initflow-*/.initflow-old/.[!.]*; do
    lost=${left##*/} left=${left#../}
    if [ ! -d "../$left" ] || [ -e "../$lost" ] || [ -L "../$lost" ]; then continue; fi
    left=${left%/*}
    (cd -P "../$left" && at "$place/$left" && mv "./$lost" ../..) || :
  done
}
# Gives the file or folder $1 of this folder its name in the place, and removes what had that name.
publish() {
  if [ ! -d "./$1" ] || [ -L "./$1" ]; then
    if [ -d "../$1" ] && [ ! -L "../$1" ]; then fail "$place/$1 is a folder"; fi
    mv -f "./$1" .. 2>/dev/null || fail "cannot replace $place/$1"
    return
  fi
  if [ -e "../$1" ] || [ -L "../$1" ]; then
    mkdir -p .initflow-old
    # A folder can be moved elsewhere only by who may write in it.
    [ ! -d "../$1" ] || (cd -P "../$1" && at "$place/$1" && [ ! -w . ] && chmod u+w .) 2>/dev/null || :
    mv "../$1" .initflow-old 2>/dev/null || stuck "$1"
  fi
  (cd -P "./$1" && mode=$(stat -c %a .) && chmod u+w . && mv "../$1" ../.. && chmod "$mode" .) 2>/dev/null ||
    fail "cannot move the files to $place/$1: another pod may be at it"
  [ ! -d .initflow-old ] || (cd .initflow-old && empty) || stuck "$work"
}
# Removes this folder, and goes back to the place.
leave() {
  empty 2>/dev/null || :
  cd -P .. || exit 1
  rmdir "./$work" 2>/dev/null || :
  work=
}
# Removes a file or a folder beside this one.
remove() {
  if [ -d "$1" ] && [ ! -L "$1" ]; then
    (cd -P "$1" && at "$place/${1##*/}" && empty) && rmdir "$1"
  else
    rm -f "$1"
  fi
}
# Removes all that is in this folder. What others could change meanwhile is taken from them first: `rm` could be led away.
empty() {
  if [ -z "$shared" ] && ! { [ "$(stat -c %u .)" = "$me" ] && chmod 700 . && seal; }; then
    dismantle "$(readlink /proc/self/cwd)"
  else
    rm -rf ./* ./.[!.]* ./..?*
  fi
}
# Leaves the folders in this one to their user alone, from above; fails if some are another user's.
seal() {
  before=
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
# Whether the file or folder $1 of the place is as this user left it: nobody else can have changed it.
untouched() { [ -z "$(find "../$1" ! -type l '(' ! -user "$me" -o -perm -020 -o -perm -002 ')' 2>&1 | head -n 1)" ]; }
