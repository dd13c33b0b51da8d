# Gives the file its mode and its name in the place.
chmod "${INITFLOW_MODE:-0644}" "./$base"
size=$(wc -c <"./$base")
mv -f "./$base" .. 2>/dev/null || fail "cannot replace $into"
say "wrote $into, $size bytes"
