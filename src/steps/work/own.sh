# Makes a folder in which no other user can reach anything, and enters it. What is made there gets its name in the place at
# once.
#
# Other containers may write in the volume, too, and may swap any name in it for a link at any moment. So a script does its
# work in a new folder that only its user can enter, and stands in it: names in it are its own, and so is `..`, since a folder
# can be moved elsewhere only by who may write in it. The kernel is asked where the script stands.
me=$(id -u) pod=$(uname -n) meddled="another container changes the folder $place meanwhile"
{ work=$(mktemp -d ".initflow-$pod.XXXXXX" 2>/dev/null) && cd -P "./$work"; } || fail "cannot write in $place"
if [ "$(readlink /proc/self/cwd)" != "$place/$work" ] || [ -n "$(ls -A)" ]; then fail "$meddled"; fi
