prepare() {
  name=$(one_line "$INITFLOW_FROM")
  artifact=${name#oci://}
  case $artifact in -* | *[!A-Za-z0-9._:/@+-]*) fail 'the artifact has a character that no reference has' ;; esac
}
# DOCKER_AUTH_CONFIG has credentials as a pull secret has them.
request() {
  if [ -n "${DOCKER_AUTH_CONFIG:-}" ]; then
    printf '%s\n' "$DOCKER_AUTH_CONFIG" | run oras "$@" --registry-config /dev/stdin
  else
    run oras "$@"
  fi
}
reason() { printf '%s\n' "$1" | sed -n 's/^Error[^:]*: //p' | tail -n 1; }
get() {
  if [ -d "$to" ]; then
    mkdir -p "./$part"
    export TMPDIR="./$part"
    said=$(request pull --no-tty --output "$to" "$artifact" 2>&1) && return
    reason "$said"
    return 1
  fi
  layers='{{range .content.layers}}{{println .digest}}{{end}}'
  if ! said=$(request manifest fetch --format go-template --template "$layers" "$artifact" 2>&1); then
    reason "$said"
    return 1
  fi
  count=0
  for digest in $said; do count=$((count + 1)); done
  [ "$count" -eq 1 ] || { echo "the artifact has $count files, not one" && return 1; }
  named=${artifact%%@*}
  case ${named##*/} in *:*) named=${named%:*} ;; esac
  said=$(request blob fetch --no-tty --output "$to" "$named@$digest" 2>&1) && return
  reason "$said"
  return 1
}
