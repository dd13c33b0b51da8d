root=$INITFLOW_VOLUME
line='
'
# Does something to what differs, and to no target of a link.
change() {
  said=$("$@" 2>&1) || {
    say "cannot change all of $root: ${said##*"$line"}" >&2
    exit 1
  }
}
user=${INITFLOW_USER:-}
group=${INITFLOW_GROUP:-}
mode=${INITFLOW_MODE:-}
say "$root${user:+, user $user}${group:+, group $group}${mode:+, mode $mode}"
[ -z "$user" ] || change find "$root" ! -user "$user" -exec chown -h "$user" {} +
[ -z "$group" ] || change find "$root" ! -group "$group" -exec chgrp -h "$group" {} +
if [ -n "$mode" ]; then
  folders=$INITFLOW_MODE_OF_FOLDERS
  programs=$INITFLOW_MODE_OF_PROGRAMS
  change find "$root" -type d ! -perm "$folders" -exec chmod "$folders" {} +
  change find "$root" -type f '(' -perm -100 -o -perm -010 -o -perm -001 ')' ! -perm "$programs" \
    -exec chmod "$programs" {} +
  change find "$root" -type f ! -perm -100 ! -perm -010 ! -perm -001 ! -perm "$mode" -exec chmod "$mode" {} +
fi
say "$root is done"
