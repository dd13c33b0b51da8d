umask 077
if [ -e "../$base" ] && [ ! -d "../$base" ]; then fail "$into is a file"; fi
new=./$base
