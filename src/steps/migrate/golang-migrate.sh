say "golang-migrate $* from $INITFLOW_FROM"
exec migrate -path "$INITFLOW_FROM" -lock-timeout 300 -database "$url" "$@"
