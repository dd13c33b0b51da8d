# Removes all that is in this folder. What others could change meanwhile is taken from them first: `rm` could be led away.
empty() {
  if [ "$(stat -c %u .)" = "$me" ] && chmod 700 . && seal; then
    rm -rf ./* ./.[!.]* ./..?*
  else
    dismantle "$(readlink /proc/self/cwd)"
  fi
}
