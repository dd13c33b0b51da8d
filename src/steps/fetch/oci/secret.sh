# DOCKER_AUTH_CONFIG has credentials as a pull secret has them.
request() {
  if [ -n "${DOCKER_AUTH_CONFIG:-}" ]; then
    said=$(printf '%s\n' "$DOCKER_AUTH_CONFIG" | run oras "$@" --registry-config /dev/stdin 2>&1) || failed
  else
    said=$(run oras "$@" 2>&1) || failed
  fi
}
