# Each argument is a path of the repository; without one, all of it comes.
repo=$(one_line "$INITFLOW_REPO")
ref=$(one_line "${INITFLOW_REF:-HEAD}")
into=$INITFLOW_INTO
log=.initflow-log
# Adds to git's configuration, behind what the step's `env` has; a variable leaves nothing behind.
configure() {
  count=${GIT_CONFIG_COUNT:-0}
  export "GIT_CONFIG_KEY_$count=$1" "GIT_CONFIG_VALUE_$count=$2" "GIT_CONFIG_COUNT=$((count + 1))"
}
# Runs git no longer than the time that is left.
run() {
  left=$((deadline - $(date +%s)))
  timeout "$((left > 0 ? left : 1))" git "$@" 2>>$log
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
  : >$log
  resolve || return 1
  state=$(state "$@")
  if [ -f "../$base/.git/initflow" ] && untouched "$base" && [ "$(cat "../$base/.git/initflow")" = "$state" ]; then return; fi
  rm -rf "$tree"
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
    rm -rf "$tree/.git/modules"
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
# What is named to the server or printed has no more than one line.
for word in "$repo" "$ref"; do ! has_control "$word" || fail 'the repository or the ref has a control character'; done
enter "$into"
begin
if [ -L "../$base" ]; then fail "$into is a link"; fi
if [ -e "../$base" ] && [ ! -d "../$base" ]; then fail "$into is a file"; fi
if [ -d "../$base" ] && [ ! -e "../$base/.git" ] && [ -n "$(ls -A "../$base")" ]; then
  fail "$into has files that come from no repository"
fi
# Git runs what the configuration of a repository names: it works where nobody else can write.
tree=./$base
if [ -n "$shared" ]; then
  rm -rf "${INITFLOW_WORK:?}/$base"
  tree=$INITFLOW_WORK/$base
fi
# Nothing but the step says how git works: no file of a home or of the image, no question, no other way to a server.
export HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL="${GIT_CONFIG_GLOBAL-/dev/null}" GIT_TERMINAL_PROMPT=0 LC_ALL=C
export GIT_ALLOW_PROTOCOL=https:http:ssh
configure http.lowSpeedLimit 1
configure http.lowSpeedTime 30
connect
say "$name at $ref to $into"
deadline=$(($(date +%s) + INITFLOW_TIMEOUT))
failures=0
until get "$@"; do
  why=$(reason $log)
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
  leave
  say "$into has commit $commit already"
  exit 0
fi
if [ -z "${INITFLOW_OUTSIDE_LINKS:-}" ]; then
  # It is git's own work.
  unlinked=.git
  link=$(cd "$tree" && astray '' 0)
  [ -z "$link" ] || fail "$name has a link that leads out of it: $link; if it is right, add outside-links"
fi
[ -z "$shared" ] || mv "$tree" "./$base" || fail "cannot write in $place"
publish "$base"
leave
say "$into has commit $commit"
