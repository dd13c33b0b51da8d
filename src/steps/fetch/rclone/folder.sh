# The files below $1, each as its size, its time, its checksum if the storage has one, and its path.
list() {
  TZ=UTC run rclone lsf --recursive --files-only --use-server-modtime --hash MD5 --format sthp --retries 1 --low-level-retries 2 \
    --contimeout 10s --timeout 30s --log-format '' "$1"
}
# Whether the place has the folder as a run of this user left it.
is_mine() {
  [ -d "../$base" ] && [ ! -L "../$base" ] && untouched "$base" && [ -z "$(find "../$base" ! -type d ! -type f | head -n 1)" ]
}
# Whether the place has what is wanted, and nothing else. The times and paths of the files that are right go to `.initflow-right`.
# Without a checksum the time counts, which rclone gives its files.
is_here() {
  : >./.initflow-right
  is_mine && list "../$base" >./.initflow-list 2>/dev/null || return 1
  LC_ALL=C awk -F ';' "$compare" ./.initflow-wanted ./.initflow-list >./.initflow-right
}
compare='
  { path = substr($0, length($1 $2 $3) + 4) }
  NR == FNR { size[path] = $1; time[path] = $2; sum[path] = $3; wanted++; next }
  $1 == size[path] && (sum[path] == "" ? $2 == time[path] : $3 == sum[path]) { print $2 ";" path; right++; next }
  { wrong++ }
  END { exit wrong || right != wanted }
'
# What is right already is not downloaded again. A file gets its name when it is complete.
get() {
  said=$(list "$remote" 2>&1 >./.initflow-wanted) || { failed; return; }
  [ -s ./.initflow-wanted ] || fail "$name has no files"
  if is_here && settle; then
    say "$into is here already, as it is at the source"
    exit 0
  fi
  # The name of the folder could lead elsewhere by now.
  while IFS=';' read -r time path; do
    # A name with a line break can look like another path.
    case /$path/ in */../*) continue ;; esac
    part=./.initflow-parts/folder/$path
    if [ -e "$part" ]; then continue; fi
    mkdir -p "${part%/*}"
    if ! (cd -P "../$base" && at "$place/$base" && run cat "./$path") >"$part" || ! TZ=UTC touch -d "$time" "$part"; then rm -f "$part"; fi
  done <./.initflow-right
  # Parts of files, which rclone could take for files that it has to remove.
  find ./.initflow-parts -name '*.????????.partial' -exec rm -f {} +
  said=$(storage sync --low-level-retries 10 --use-server-modtime "$remote" ./.initflow-parts/folder) || { failed; return; }
  rmdir "$to" || fail "cannot write in $place"
  mv ./.initflow-parts/folder "$to" || fail "cannot write in $place"
}
