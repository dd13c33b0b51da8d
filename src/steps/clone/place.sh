umask 022
if [ -L "../$base" ]; then fail "$into is a link"; fi
if [ -e "../$base" ] && [ ! -d "../$base" ]; then fail "$into is a file"; fi
if [ -d "../$base" ] && [ ! -e "../$base/.git" ] && [ -n "$(ls -A "../$base")" ]; then
  fail "$into has files that come from no repository"
fi
tree=./$base log=.initflow-log
