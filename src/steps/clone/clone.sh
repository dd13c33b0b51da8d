# Each argument is a path of the repository; without one, all of it comes.
repo=$INITFLOW_REPO
ref=${INITFLOW_REF:-HEAD}
into=$INITFLOW_INTO
folder=${into%/*}
# Names of this pod's own: what a killed run leaves, the next one removes.
work=$folder/.initflow-$(uname -n)-${into##*/}
old=$folder/.initflow-${into##*/}.old
tree=$work/tree
log=$work/log
fail() {
  remove "$work" || :
  say "$1" >&2
  exit 1
}
# Removes files and folders, whatever their modes.
remove() {
  for path; do
    [ ! -d "$path" ] || [ -L "$path" ] || chmod -R u+rwX "$path" 2>/dev/null || :
    rm -rf "$path" 2>/dev/null || return 1
  done
}
# Removes what an earlier run has left, and what this one has replaced.
sweep() {
  remove "$work" "$old" || fail "cannot remove $path: it has files of another user; give the pod an fsGroup"
}
# Adds to git's configuration, behind what the step's `env` has; a variable leaves nothing behind.
configure() {
  count=${GIT_CONFIG_COUNT:-0}
  export "GIT_CONFIG_KEY_$count=$1" "GIT_CONFIG_VALUE_$count=$2" "GIT_CONFIG_COUNT=$((count + 1))"
}
# Runs git no longer than the time that is left.
run() {
  left=$((deadline - $(date +%s)))
  timeout "$((left > 0 ? left : 1))" git "$@" 2>>"$log"
}
at_tree() { run -C "$tree" "$@"; }
# The last line that says why git failed.
reason() {
  tr -d '\r' <"$1" | sed -e '/^ *$/d' -e '/^Please make sure you have/d' -e '/^and the repository exists/d' \
    -e '/^fatal: Could not read from remote/d' -e '/^fatal: early EOF/d' -e '/^fatal: .*invalid index-pack output/d' \
    -e '/^fetch-pack: unexpected disconnect/d' -e 's/^fatal: //' -e 's/^error: //' | tail -n 1
}
# Sets `commit`, the one that `ref` means now, and `source`, what to ask the server for: not each gives out any commit.
resolve() {
  source=$(printf '%s' "$ref" | tr 'A-F' 'a-f')
  commit=$source
  case $source in *[!0-9a-f]*) ;; *) case ${#source} in 40 | 64) return ;; esac ;; esac
  case $ref in
    HEAD) set -- HEAD ;;
    refs/*) set -- "$ref^{}" "$ref" ;;
    *) set -- "refs/heads/$ref" "refs/tags/$ref^{}" "refs/tags/$ref" ;;
  esac
  listing=$(run ls-remote -- "$repo" "$@") || return 1
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
# What is there, in words: where it is the same, nothing is to be done.
state() { printf '%s\n' "$name" "$commit" "depth $INITFLOW_DEPTH" "submodules $INITFLOW_SUBMODULES" "$@"; }
# Makes `tree`, unless it is in its place already.
get() {
  : >"$log"
  resolve || return 1
  state=$(state "$@")
  [ "$(cat "$into/.git/initflow" 2>/dev/null)" != "$state" ] || return 0
  remove "$tree"
  run init -q -b main --template= "$tree" || return 1
  at_tree remote add origin "$repo" || return 1
  filter=
  if [ $# -gt 0 ]; then
    filter=--filter=blob:none
    at_tree config core.sparseCheckout true || return 1
    mkdir -p "$tree/.git/info" || return 1
    printf '%s\n' "$@" | sed -e 's/[][*?\\]/\\&/g' -e 's|^|/|' >"$tree/.git/info/sparse-checkout" || return 1
  fi
  depth=
  [ "$INITFLOW_DEPTH" -eq 0 ] || depth=--depth=$INITFLOW_DEPTH
  if ! at_tree fetch -q --no-recurse-submodules ${filter:+"$filter"} ${depth:+"$depth"} origin "$source"; then
    [ "$source" = "$commit" ] || return 1
    at_tree fetch -q --no-recurse-submodules --tags origin '+refs/heads/*:refs/remotes/origin/*' || return 1
  fi
  for path; do
    [ -n "$(at_tree ls-tree --name-only "$commit" -- "$path")" ] || fail "$name has no $path at $ref"
  done
  at_tree checkout -q --detach "$commit" || return 1
  if [ "$INITFLOW_SUBMODULES" = yes ] && ! at_tree submodule -q update --init --recursive ${depth:+"$depth"}; then
    [ -n "$depth" ] || return 1
    at_tree submodule -q deinit --force --all || return 1
    remove "$tree/.git/modules"
    at_tree submodule -q update --init --recursive || return 1
  fi
  printf '%s\n' "$state" >"$tree/.git/initflow"
}
name=$repo
host=
case $repo in
  *://*)
    rest=${repo#*://}
    host=${rest%%/*}
    name=${repo%%://*}://${host##*@}${rest#"$host"}
    ;;
esac
case $host in *:*@*) fail "$name is given with a password, which git would write down: use token" ;; esac
umask 022
mkdir -p "$folder" || fail "cannot make the folder $folder"
# A run was killed between the two renames below.
[ -e "$into" ] || [ ! -d "$old" ] || mv -T "$old" "$into" || fail "cannot move $old back to $into"
sweep
[ ! -L "$into" ] || fail "$into is a link"
[ -d "$into" ] || [ ! -e "$into" ] || fail "$into is a file"
if [ -d "$into" ] && [ ! -e "$into/.git" ] && [ -n "$(find "$into" ! -path "$into" | head -n 1)" ]; then
  fail "$into has files that come from no repository"
fi
mkdir "$work" || fail "cannot write in $folder"
# Nothing but the step says how git works: no file of a home or of the image, no question, no other way to a server.
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL="${GIT_CONFIG_GLOBAL-/dev/null}" GIT_TERMINAL_PROMPT=0 LC_ALL=C
export GIT_ALLOW_PROTOCOL=https:http:ssh
# Some volumes give all that is written in them to another user.
configure safe.directory '*'
configure http.lowSpeedLimit 1
configure http.lowSpeedTime 30
connect
say "$name at $ref to $into"
deadline=$(($(date +%s) + INITFLOW_TIMEOUT))
failures=0
until get "$@"; do
  why=$(reason "$log")
  why=${why:-no answer}
  failures=$((failures + 1))
  pause=$((failures < 15 ? failures * 2 : 30))
  [ "$(date +%s)" -lt "$deadline" ] || fail "gave up on $name after $INITFLOW_TIMEOUT s: $why"
  [ "$failures" -le "$INITFLOW_RETRIES" ] || fail "could not get $name: $why; $failures tries failed"
  [ "$(($(date +%s) + pause))" -lt "$deadline" ] ||
    fail "gave up on $name, with $INITFLOW_TIMEOUT s for all tries: $why"
  say "try $failures failed, the next one is in $pause s: $why" >&2
  sleep "$pause"
done
if [ ! -d "$tree" ]; then
  sweep
  say "$into has commit $commit already"
  exit 0
fi
[ ! -e "$into" ] || mv -T "$into" "$old" || fail "cannot move $into out of the way"
mv -T "$tree" "$into" || fail "cannot move the files to $into: another pod may be at it"
sweep
say "$into has commit $commit"
