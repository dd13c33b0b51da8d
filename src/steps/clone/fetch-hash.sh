# Not each server gives out any commit: then all branches come.
bring() {
  at_tree fetch -q --no-recurse-submodules ${filter:+"$filter"} ${depth:+"$depth"} origin "$source" && return
  [ "$source" = "$commit" ] &&
    at_tree fetch -q --no-recurse-submodules --tags origin '+refs/heads/*:refs/remotes/origin/*'
}
