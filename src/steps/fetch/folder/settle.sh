# Gives the files that are here already their modes.
settle() { (cd -P "../$base" && at "$place/$base" && chmod -R "$INITFLOW_MODE" .); }
