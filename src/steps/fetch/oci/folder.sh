get() {
  mkdir -p .initflow-part
  export TMPDIR=./.initflow-part
  request pull --no-tty --output "$to" "$artifact"
}
