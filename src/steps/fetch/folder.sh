old=$folder/.initflow-${into##*/}.old
mark=$folder/.initflow-${into##*/}.sha256
unpack() {
  case $INITFLOW_UNPACK in
    tar) run tar -xof "$part" -C "$new" ;;
    tar.gz) run tar -xzof "$part" -C "$new" ;;
    tar.zst) run zstd -tq "$part" && zstd -dcq "$part" | run tar -xof - -C "$new" ;;
    zip) run unzip -q -o "$part" -d "$new" </dev/null ;;
  esac
}
# What could lead a reader out of the folder, or hang it.
inspect() {
  find "$new" ! -type f ! -type d ! -type l -exec echo 'has a special file:' {} \;
  find "$new" -type l -exec sh -c '
    root=$(readlink -f "$1")
    shift
    for link; do
      case $(readlink -f "$link") in "$root" | "$root"/*) ;; *) echo "has a link that leads out of it or nowhere: $link" ;; esac
    done' sh "$new" {} +
  find "$new" -type f -links +1 -exec stat -c '%h %i' {} + | sort | uniq -c | while read -r here links inode; do
    [ "$here" -eq "$links" ] || echo "has a hard link to a file outside of it, inode $inode"
  done
  [ -n "$(find "$new" -type f | head -n 1)" ] || echo 'has no files'
}
[ -d "$into" ] || [ ! -e "$into" ] || fail "$into is a file"
# A run was killed between the two renames below.
[ -e "$into" ] || [ ! -d "$old" ] || mv -T "$old" "$into"
remove "$old"
if [ -n "$sha256" ] && [ -d "$into" ] && [ "$(cat "$mark" 2>/dev/null)" = "$sha256" ] &&
  chmod -R "$INITFLOW_MODE" "$into" 2>/dev/null; then
  say "$into is here already, out of what has the right checksum"
  exit 0
fi
mkdir "$new" || fail "cannot write in $folder"
to=$new
if [ -n "${INITFLOW_UNPACK:-}" ]; then
  to=$part
  : >"$to" || fail "cannot write in $folder"
fi
bring
if [ -n "${INITFLOW_UNPACK:-}" ]; then
  verify "$part" || fail "$name has the SHA-256 checksum $found instead of $sha256"
  if ! said=$(unpack 2>&1); then
    # The first complaint that is no mere remark.
    why=$(printf '%s\n' "$said" | grep -v 'emoving leading' | head -n 1)
    fail "cannot unpack $name: ${why:-no end in time}"
  fi
fi
fault=$(inspect 2>&1 | head -n 1)
[ -z "$fault" ] || fail "$name $fault"
chmod -R "$INITFLOW_MODE" "$new"
rm -f "$mark"
[ ! -d "$into" ] || mv -T "$into" "$old"
mv -T "$new" "$into" || fail "$into is there again: another pod fetches it too"
if [ -n "$sha256" ]; then
  printf '%s\n' "$sha256" >"$part"
  mv -f "$part" "$mark"
fi
remove "$part" "$old"
say "wrote $into, $(find "$into" -type f | wc -l) files"
