if [ -d "../$base" ] && [ ! -L "../$base" ]; then fail "$into is a folder"; fi
# Gives the file $1 its mode, if the kernel says that it is the one at $2.
set_mode() {
  # shellcheck disable=SC2016
  run sh -c 'exec 3<"$1" && [ "$(readlink /proc/self/fd/3)" = "$2" ] && chmod "$3" /proc/self/fd/3' sh "$1" "$2" "$INITFLOW_MODE"
}
if [ -n "$sha256" ] && [ -f "../$base" ] && [ ! -L "../$base" ] && untouched "$base" && verify "../$base" &&
  set_mode "../$base" "$place/$base"; then
  leave
  say "$into is here already, with the right checksum"
  exit 0
fi
to=$part
: >"$to" || fail "cannot write in $place"
bring
verify "$part" || fail "$name has the SHA-256 checksum $found instead of $sha256"
chmod "$INITFLOW_MODE" "$part"
size=$(wc -c <"$part")
mv "$part" "./$base"
publish "$base"
leave
say "wrote $into, $size bytes"
