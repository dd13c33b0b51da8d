check_file() {
  why='not there' now='is there'
  [ -e "$file" ]
}
