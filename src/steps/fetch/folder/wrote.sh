say "wrote $into, $count files"
