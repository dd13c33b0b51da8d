into=$INITFLOW_INTO
say "$name at $ref to $into"
