address() {
  parts=$(LC_ALL=C awk -v kind="$1" -v from="$2" "$address") || fail "${parts:-this image has no awk}"
  name=${parts%%"$newline"*} parts=${parts#*"$newline"}
}
