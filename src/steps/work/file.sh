umask 077
# What is made here are files. By their names in this folder, nothing outside of it can be removed.
trap 'rm -f ./* ./.[!.]* ./..?*; cd -P .. && rmdir "./$work"' EXIT
if [ -d "../$base" ] && [ ! -L "../$base" ]; then fail "$into is a folder"; fi
