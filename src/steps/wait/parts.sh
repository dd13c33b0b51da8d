') || fail "${parts:-this image has no awk}"
name=${parts%%"$newline"*} parts=${parts#*"$newline"}
