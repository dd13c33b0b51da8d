mkdir "$new" || fail "cannot write in $place"
to=$new
