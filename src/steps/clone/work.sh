# Git runs what the configuration of a repository names: it works where nobody else can write.
if [ -n "$shared" ]; then
  rm -rf "${INITFLOW_WORK:?}/$base"
  tree=$INITFLOW_WORK/$base
fi
