# Other containers may swap the files and folders of the volume meanwhile, so nothing is changed by its path. A folder is
# entered, and changed if the kernel says that it is in the volume. All else gets a second name in a folder that only root
# can enter, which the kernel gives only to what is on the same mount, and is changed there.
user=${INITFLOW_USER:-}
group=${INITFLOW_GROUP:-}
mode=${INITFLOW_MODE:-}
say "$INITFLOW_VOLUME${user:+, user $user}${group:+, group $group}${mode:+, mode $mode}"
cd -P "$INITFLOW_VOLUME" || fail "cannot change all of $INITFLOW_VOLUME: it is not there"
set -f
export top="$PWD" owner="$user${group:+:$group}" mode
export programs="${INITFLOW_MODE_OF_PROGRAMS:-}" folders="${INITFLOW_MODE_OF_FOLDERS:-}"

# What differs, as words of `find`: among files, links and the like, and among folders. Devices stay as they are.
differs="${user:+-o ! -user $user} ${group:+-o ! -group $group}"
executable='( -perm -100 -o -perm -010 -o -perm -001 )'
export other_program="-type f $executable ! -perm $programs" other_file="-type f ! $executable ! -perm $mode"
of_files="! -type b ! -type c ! -type d ( -type d $differs ${mode:+-o $other_program -o $other_file} )"
of_folders="-type d ( -type f $differs ${mode:+-o ! -perm $folders} )"
# The folder of second names, also one that a killed run has left.
names="-type d -name .initflow-own.?????? -user 0 -perm 700"

# Gives the files in its arguments second names, folder by folder, and changes them.
export flush='
  if [ -n "$group" ]; then
    into=$(mktemp -d ./XXXXXX) && eval "ln $group \"\$into/\""
  fi
'
export second_names='
  number=0 group="" inside=""
  for path; do
    number=$((number + 1))
    if [ "${path%/*}" != "$inside" ]; then
      eval "$flush"
      group="" inside=${path%/*}
    fi
    group="$group \"\${$number}\""
  done
  eval "$flush"
  [ -z "$owner" ] || find . -mindepth 2 -exec chown -h "$owner" {} +
  if [ -n "$mode" ]; then
    find . $other_program -exec chmod "$programs" {} +
    find . $other_file -exec chmod "$mode" {} +
  fi
  rm -rf ./*
'
# Enters the folders in its arguments, and changes them.
export enter='
  for path; do
    cd -P "$path" || continue
    case $PWD/ in
      "$top"/*) ;;
      *) echo "$path: not in the volume" >&2 && continue ;;
    esac
    [ -z "$owner" ] || chown "$owner" .
    [ -z "$folders" ] || chmod "$folders" .
  done
'
# Takes the second names away that a killed run has left; what has no other name stays.
export forget='
  for path; do
    cd -P "$path" || continue
    case $PWD in "$top"/.initflow-own.*) ;; *) continue ;; esac
    [ -n "$(find . -prune -user 0 -perm 700)" ] || continue
    find . ! -type d -links +1 -exec rm -f {} +
    find . -depth -mindepth 1 -type d -exec rmdir {} +
    cd / && rmdir "$path"
  done
'
# A file that differs and has a name outside of the volume may be anything of the node.
outside() {
  find "$1" -xdev -links +1 $of_files -exec stat -c '%h %i' {} + | sort | uniq -c | while read -r known links inode; do
    [ "$known" -ge "$links" ] || find "$1" -xdev -inum "$inode"
  done | head -n 1
}
change() {
  outside=$(outside "$top")
  if [ -n "$outside" ]; then
    echo "$outside has another name, outside of the volume" >&2
    return
  fi
  second=$(mktemp -d "$top/.initflow-own.XXXXXX") && cd -P "$second" || return
  if [ "$PWD" != "$second" ] || [ -z "$(find . -prune -user 0 -perm 700)" ] || [ -n "$(find . -mindepth 1 | head -c 1)" ]; then
    echo "$second was swapped" >&2
    return
  fi
  find "$top" -xdev $names -prune -o $of_files -exec sh -c 'eval "$second_names"' own {} +
  find "$top" -xdev $names -prune -o $of_folders -exec sh -c 'eval "$enter"' own {} +
  cd /
  rmdir "$second" 2>/dev/null || :
}
find "$top" -maxdepth 1 $names -exec sh -c 'eval "$forget"' own {} +
# What was swapped under way is looked at again.
for try in 1 2 3 4 5; do
  said=
  differing=$(find "$top" -xdev $names -prune -o '(' $of_files -o $of_folders ')' -print | head -c 1)
  [ -n "$differing" ] || break
  said=$(change 2>&1) || said=${said:-"failed $try times"}
  [ -n "$said" ] || break
done
[ -z "$said" ] || fail "cannot change all of $INITFLOW_VOLUME: ${said##*"$newline"}"
say "$INITFLOW_VOLUME is done"
