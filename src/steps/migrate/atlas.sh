case $INITFLOW_FROM in
  *://*) ;;
  *) INITFLOW_FROM=file://$INITFLOW_FROM ;;
esac
say "atlas migrate apply $* from $INITFLOW_FROM"
exec atlas migrate apply --dir "$INITFLOW_FROM" --lock-timeout 5m --url "$url" "$@"
