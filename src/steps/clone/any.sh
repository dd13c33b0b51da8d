resolve() {
  source=$(printf '%s' "$ref" | tr 'A-F' 'a-f')
  case $source in *[!0-9a-f]*) ;; *) case ${#source} in 40 | 64) commit=$source && return ;; esac ;; esac
  named
}
