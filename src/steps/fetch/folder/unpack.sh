# The archive is read once before it is unpacked, since it could say what is not so.
size=$(content 2>/dev/null | head -c "$((INITFLOW_MAX_SIZE + 1))" | wc -c)
[ "$size" -le "$INITFLOW_MAX_SIZE" ] || fail "$name is larger than $INITFLOW_MAX_SIZE bytes when unpacked, its max-size"
count=$(names 2>/dev/null | head -n "$((INITFLOW_MAX_FILES + 6))" | wc -l)
[ "$count" -le "$((INITFLOW_MAX_FILES + 5))" ] || fail "$name has more than $INITFLOW_MAX_FILES files, its max-files"
if ! said=$(unpack 2>&1); then
  # The first complaint that is no mere remark.
  why=$(printf '%s\n' "$said" | grep -v 'emoving leading' | head -n 1)
  fail "cannot unpack $name: ${why:-no end in time}"
fi
