# Gives the folder $1 of this folder its name in the place, unless something has it: a folder that is not empty is not
# replaced by the kernel.
publish() {
  (cd -P "./$1" && mode=$(stat -c %a .) && chmod u+w . && mv "../$1" ../.. && chmod "$mode" .) 2>/dev/null || there "$1" ||
    fail "cannot move the files to $place/$1"
}
