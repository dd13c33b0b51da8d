secret | json shape >"./$base" || fail "$name $(cat "./$base")"
