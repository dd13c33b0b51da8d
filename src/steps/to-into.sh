into=$INITFLOW_INTO
say "$name to $into"
