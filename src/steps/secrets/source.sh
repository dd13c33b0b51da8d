secret | json source >"./$base" || fail "$name $(cat "./$base")"
