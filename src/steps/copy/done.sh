say "$INITFLOW_INTO is complete"
