secret >"./$base" || fail "$name has no content that can be read"
