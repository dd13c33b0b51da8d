get() {
  request resolve "$artifact" || return 1
  made_of=$said
  if is_here; then
    say "$into is here already, from $made_of"
    exit 0
  fi
  mkdir -p .initflow-part
  export TMPDIR=./.initflow-part
  request pull --no-tty --output "$to" "$named@$made_of"
}
