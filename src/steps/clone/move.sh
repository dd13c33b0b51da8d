[ -z "$shared" ] || mv "$tree" "./$base" || fail "cannot write in $place"
