# Enters the volume, in which the file or folder `into` will be; sets `place` and `base`.
cd -P "${into%/*}" || fail "cannot enter ${into%/*}"
place=$(readlink /proc/self/cwd) base=${into##*/}
