config() {
  printf '%s\n' "$url" | sed 's/[\\"]/\\&/g; s/.*/url = "&"/'
  [ -z "$login" ] || printf '%s\n' "$login" | sed 's/[\\"]/\\&/g; s/.*/user = "&"/'
}
