name=$INITFLOW_FROM
[ -e "$from" ] || fail "there is no $name in the image"
say "$name to $INITFLOW_INTO"
