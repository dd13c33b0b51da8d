chmod "$INITFLOW_MODE" "./$base"
size=$(wc -c <"./$base")
publish_file "$base"
say "wrote $into, $size bytes"
