chmod "${INITFLOW_MODE:-0644}" "./$base"
size=$(wc -c <"./$base")
publish_file "$base"
say "wrote $into, $size bytes"
