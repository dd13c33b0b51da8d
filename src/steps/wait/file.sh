check_file() {
  name="file $target"
  why='not there' now='is there'
  [ -e "$target" ]
}
