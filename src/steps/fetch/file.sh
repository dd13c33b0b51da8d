[ ! -d "$into" ] || fail "$into is a folder"
if [ -n "$sha256" ] && [ -f "$into" ] && verify "$into" && chmod "$INITFLOW_MODE" "$into" 2>/dev/null; then
  say "$into is here already, with the right checksum"
  exit 0
fi
to=$part
: >"$to" || fail "cannot write in $folder"
bring
verify "$part" || fail "$name has the SHA-256 checksum $found instead of $sha256"
chmod "$INITFLOW_MODE" "$part"
mv -f "$part" "$into"
say "wrote $into, $(wc -c <"$into") bytes"
