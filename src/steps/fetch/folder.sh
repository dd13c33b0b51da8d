mark=.initflow-$base.sha256
new=./$base
unpack() {
  case $INITFLOW_UNPACK in
    tar) run tar -xof "$part" -C "$new" ;;
    tar.gz) run tar -xzof "$part" -C "$new" ;;
    tar.zst) run zstd -tq "$part" && zstd -dcq "$part" | run tar -xof - -C "$new" ;;
    zip) run unzip -q -o "$part" -d "$new" </dev/null ;;
  esac
}
# What comes out of the archive, and the names of its files: it is read once before it is unpacked, since it could say what
# is not so.
content() {
  case $INITFLOW_UNPACK in
    tar) cat "$part" ;;
    tar.gz) run gzip -dc "$part" ;;
    tar.zst) run zstd -dcq "$part" ;;
    zip) run unzip -p "$part" </dev/null ;;
  esac
}
names() {
  case $INITFLOW_UNPACK in
    zip) run unzip -l "$part" </dev/null ;;
    *) content | run tar -tf - ;;
  esac
}
limits() {
  size=$(content 2>/dev/null | head -c "$((INITFLOW_MAX_SIZE + 1))" | wc -c)
  [ "$size" -le "$INITFLOW_MAX_SIZE" ] || fail "$name is larger than $INITFLOW_MAX_SIZE bytes when unpacked, its max-size"
  count=$(names 2>/dev/null | head -n "$((INITFLOW_MAX_FILES + 6))" | wc -l)
  [ "$count" -le "$((INITFLOW_MAX_FILES + 5))" ] || fail "$name has more than $INITFLOW_MAX_FILES files, its max-files"
}
# What could lead a reader out of the folder, or hang it.
inspect() {
  (cd "$new" && seal)
  find "$new" ! -type f ! -type d ! -type l -exec echo 'has a special file:' {} \;
  link=$(cd "$new" && astray '' 0)
  [ -z "$link" ] || echo "has a link that leads out of it: $link"
  find "$new" -type f -links +1 -exec stat -c '%h %i' {} + | sort | uniq -c | while read -r here links inode; do
    [ "$here" -eq "$links" ] || echo "has a hard link to a file outside of it, inode $inode"
  done
  [ -n "$(find "$new" -type f | head -n 1)" ] || echo 'has no files'
}
# Names the folder that the mark is for, and what it was made of.
state() { printf '%s %s %s\n' "$sha256" "$INITFLOW_MODE" "$(stat -c %i "$1")"; }
if [ -e "../$base" ] && [ ! -d "../$base" ]; then fail "$into is a file"; fi
if [ -n "$sha256" ] && [ -f "../$mark" ] && untouched "$mark" && untouched "$base" &&
  [ "$(cat "../$mark")" = "$(state "../$base")" ]; then
  leave
  say "$into is here already, out of what has the right checksum"
  exit 0
fi
mkdir "$new" || fail "cannot write in $place"
to=$new
if [ -n "${INITFLOW_UNPACK:-}" ]; then
  to=$part
  : >"$to" || fail "cannot write in $place"
fi
bring
if [ -n "${INITFLOW_UNPACK:-}" ]; then
  verify "$part" || fail "$name has the SHA-256 checksum $found instead of $sha256"
  limits
  if ! said=$(unpack 2>&1); then
    # The first complaint that is no mere remark.
    why=$(printf '%s\n' "$said" | grep -v 'emoving leading' | head -n 1)
    fail "cannot unpack $name: ${why:-no end in time}"
  fi
fi
fault=$(inspect 2>&1 | head -n 1)
[ -z "$fault" ] || fail "$name $fault"
chmod -R "$INITFLOW_MODE" "$new"
count=$(find "$new" -type f | wc -l)
rm -f "../$mark"
[ -z "$sha256" ] || state "$new" >"./$mark"
publish "$base"
[ -z "$sha256" ] || publish "$mark"
leave
say "wrote $into, $count files"
