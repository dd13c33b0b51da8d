# Makes `tree`, unless it is in its place already; the arguments are paths of the repository, or all of it comes.
make() {
  resolve || return 1
  # What is there, in words: where it is the same, nothing is to be done.
  state=$(printf '%s\n' "$name" "$commit" "depth $INITFLOW_DEPTH" "submodules $submodules" "$@")
  if [ -f "../$base/.git/initflow" ] && untouched "$base" && [ "$(cat "../$base/.git/initflow")" = "$state" ]; then return; fi
  rm -rf "$tree"
  git_in_time init -q -b main --template= "$tree" && at_tree remote add origin "$repo" && choose "$@" && bring || return 1
  for path; do
    [ -n "$(at_tree ls-tree --name-only "$commit" -- "$path")" ] || fail "$name has no $path at $ref"
  done
  at_tree checkout -q --detach "$commit" && modules && printf '%s\n' "$state" >"$tree/.git/initflow"
}
get() {
  : >$log
  make "$@" && return
  # The last line that says why git failed.
  why=$(tr -d '\r' <$log | sed -e '/^ *$/d' -e '/^Please make sure you have/d' -e '/^and the repository exists/d' \
    -e '/^fatal: Could not read from remote/d' -e '/^fatal: early EOF/d' -e '/^fatal: .*invalid index-pack output/d' \
    -e '/^fetch-pack: unexpected disconnect/d' -e 's/^fatal: //' -e 's/^error: //' | tail -n 1)
  why=${why:-no answer}
  return 1
}
