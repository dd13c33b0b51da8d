# What killed runs have left goes. `rm` on a path could be led away.
for left in ../.initflow-"$pod".??????; do
  [ "$left" != "../$work" ] || continue
  (cd -P "$left" && [ "$(readlink /proc/self/cwd)" = "$place/${left#../}" ] && rm -f ./* ./.[!.]* ./..?*) || continue
  rmdir "$left" || :
done 2>/dev/null
