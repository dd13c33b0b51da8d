# Sets `commit`, the one that `ref` means now, and `source`, what to ask the server for: not each gives out any commit.
named() {
  case $ref in
    HEAD) set -- HEAD ;;
    refs/*) set -- "$ref^{}" "$ref" ;;
    *) set -- "refs/heads/$ref" "refs/tags/$ref^{}" "refs/tags/$ref" ;;
  esac
  listing=$(git_in_time ls-remote -- "$repo" "$@") || return 1
  for source; do
    commit=$(printf '%s\n' "$listing" | while read -r found called; do
      [ "$called" != "$source" ] || printf '%s' "$found"
    done)
    source=${source%^\{\}}
    [ -z "$commit" ] || return 0
  done
  case $ref in
    HEAD) fail "$name is empty" ;;
    *[!0-9a-fA-F]*) fail "$name has no branch and no tag $ref" ;;
    *) fail "$name has no branch and no tag $ref; a commit is named by all of its 40 digits" ;;
  esac
}
