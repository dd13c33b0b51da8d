# Gives the folder $1 of this folder its name in the place, and removes what had that name.
publish() {
  if [ -e "../$1" ] || [ -L "../$1" ]; then
    mkdir -p .initflow-old
    # A folder can be moved elsewhere only by who may write in it.
    [ ! -d "../$1" ] || (cd -P "../$1" && at "$place/$1" && [ ! -w . ] && chmod u+w .) 2>/dev/null || :
    mv "../$1" .initflow-old 2>/dev/null || stuck "$1"
  fi
  (cd -P "./$1" && mode=$(stat -c %a .) && chmod u+w . && mv "../$1" ../.. && chmod "$mode" .) 2>/dev/null ||
    fail "cannot move the files to $place/$1: another pod may be at it"
  [ ! -d .initflow-old ] || (cd .initflow-old && empty) || stuck "$work"
}
