bring() { at_tree fetch -q --no-recurse-submodules ${filter:+"$filter"} ${depth:+"$depth"} origin "$source"; }
