depth=--depth=$INITFLOW_DEPTH
