verify "$to" || fail "$name has the SHA-256 checksum $found instead of $INITFLOW_SHA256"
