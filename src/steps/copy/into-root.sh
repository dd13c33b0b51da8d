into=${INITFLOW_INTO%/}/${name##*/}
