# Whether the place has something with the name $1: a file, a link, or a folder with something in it.
there() { [ -L "../$1" ] || { [ -e "../$1" ] && { [ ! -d "../$1" ] || [ -n "$(ls -A "../$1" 2>&1)" ]; }; }; }
