rm -f "../$mark"
state "$new" >"./$mark"
publish "$base"
publish_file "$mark"
