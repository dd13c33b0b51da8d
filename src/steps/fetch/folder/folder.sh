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
fault=$(inspect 2>&1 | head -n 1)
[ -z "$fault" ] || fail "$name $fault"
chmod -R "$INITFLOW_MODE" "$new"
count=$(find "$new" -type f | wc -l)
