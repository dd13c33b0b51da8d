# Enters the volume, in which the file or folder `into` will be; sets `place` and `base`.
cd -P "$INITFLOW_VOLUME" || fail "cannot enter $INITFLOW_VOLUME"
place=$(readlink /proc/self/cwd)
base=${into##*/}
