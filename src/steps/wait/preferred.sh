# The path of an object whose API has no version in the source: the API server says which one it prefers.
prefer() {
  name="$object ${condition%=True}"
  seek "$1" "API group ${1##*/} yet" || return 1
  version=$(printf '%s' "$answer" | LC_ALL=C awk "$facts END { print fact(\"preferredVersion.version\") }")
  case $version in '' | *[!0-9a-z]*) why='the API server prefers no version of it' && return 1 ;; esac
  path=$1/$version/$2
}
