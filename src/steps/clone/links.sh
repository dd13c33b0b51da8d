# What is in `.git` is git's own work.
unlinked=.git
link=$(cd "$tree" && astray '' 0)
[ -z "$link" ] || fail "$name has a link that leads out of it: $link; if it is right, add outside-links"
