into=${INITFLOW_INTO%/}
[ -d "$from" ] || into=$into/${name##*/}
