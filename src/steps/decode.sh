# Replaces %XX; the result is `value`, and fails where it would have a control character.
decode() {
  case $1 in *%[01][0-9A-Fa-f]* | *%7[Ff]*) return 1 ;; esac
  value=$(printf '%s.' "$1" | LC_ALL=C awk 'BEGIN { RS = "%"; digits = "123456789abcdef" }
    NR > 1 { $0 = "%" $0 }
    /^%[0-9A-Fa-f][0-9A-Fa-f]/ {
      printf "%c", index(digits, tolower(substr($0, 2, 1))) * 16 + index(digits, tolower(substr($0, 3, 1)))
      $0 = substr($0, 4)
    }
    { printf "%s", $0 }')
  value=${value%.}
}
