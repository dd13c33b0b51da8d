# The arguments are the paths of the repository that come.
choose() {
  filter=--filter=blob:none
  at_tree config core.sparseCheckout true && mkdir -p "$tree/.git/info" &&
    printf '%s\n' "$@" | sed -e 's/[][*?\\]/\\&/g' -e 's|^|/|' >"$tree/.git/info/sparse-checkout"
}
