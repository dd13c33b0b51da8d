# The URL may be secret: it comes by standard input, since every process can read another's arguments.
get() {
  why=$(printf '%s\n' "$from" | sed 's/[\\"]/\\&/g; s/.*/url = "&"/' |
    run curl -q --config - --fail --silent --show-error --globoff --location --proto "$protocols" --connect-timeout 10 \
      --speed-limit 1 --speed-time 30 --output "$to" 2>&1) && return
  why=$(printf '%s\n' "${why:-no answer}" | tail -n 1)
  return 1
}
