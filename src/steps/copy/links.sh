if [ -d "$from" ]; then
  link=$(cd "$from" && astray '' 0)
  [ -z "$link" ] || fail "$name has a link that leads out of it: $link; if it is right, add outside-links"
fi
