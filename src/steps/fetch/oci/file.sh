get() {
  layers='{{range .content.layers}}{{println .digest}}{{end}}'
  request manifest fetch --format go-template --template "$layers" "$artifact" || return 1
  count=0
  for digest in $said; do count=$((count + 1)); done
  why="the artifact has $count files, not one"
  [ "$count" -eq 1 ] || return 1
  request blob fetch --no-tty --output "$to" "$named@$digest"
}
