submodules=yes
modules() {
  at_tree submodule -q update --init --recursive ${depth:+"$depth"} && return
  [ -n "$depth" ] && at_tree submodule -q deinit --force --all || return 1
  rm -rf "$tree/.git/modules"
  at_tree submodule -q update --init --recursive
}
