# Enters the folder of the volume that the file or folder `into` will be in, and makes it if it is missing; sets `place` and
# `base`. Any name on the way may be a link that another container has put there.
umask 022
cd -P "$INITFLOW_VOLUME" || fail "cannot enter $INITFLOW_VOLUME"
root=$(readlink /proc/self/cwd) place=$root
base=${into##*/} rest=${into#"$INITFLOW_VOLUME"/}
while [ "$rest" != "$base" ]; do
  hop=${rest%%/*} rest=${rest#*/}
  mkdir "./$hop" 2>/dev/null || :
  cd -P "./$hop" 2>/dev/null || fail "cannot make the folder $place/$hop"
  place=$(readlink /proc/self/cwd)
  case $place in "$root" | "$root"/*) ;; *) fail "the folder of $into is a link that leads out of the volume" ;; esac
done
