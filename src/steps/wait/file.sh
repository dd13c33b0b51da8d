check_file() {
  name="file $file"
  why='not there' now='is there'
  [ -e "$file" ]
}
