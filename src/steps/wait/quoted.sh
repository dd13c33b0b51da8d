quoted() {
  printf '%s' "$1" | sed 's/[\\"]/\\&/g'
}
