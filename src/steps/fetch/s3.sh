name=$INITFLOW_FROM
# The AWS CLI keeps a cache in its home; without a writable one it moves to RAM.
if [ ! -w "${HOME:-/nowhere}" ]; then
  HOME=/dev/shm/initflow-$(id -u)
  export HOME
  (umask 077 && mkdir -p "$HOME")
fi
get() {
  timeout "$1" aws s3 cp --only-show-errors "$INITFLOW_FROM" - >"$part"
}
