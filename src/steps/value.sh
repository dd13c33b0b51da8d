# Values of Secrets, ConfigMaps and fields: each is held to its form before a program sees it.
newline='
'
carriage=$(printf '\r')

# Takes off the one line break that `echo` and editors leave at the end; the rest is `value`.
trim() {
  value=${1%"$newline"}
  [ "$value" = "$1" ] || value=${value%"$carriage"}
}

has_control() {
  case $1 in *[[:cntrl:]]*) ;; *) return 1 ;; esac
}

# Letters, digits, `.`, `-` and `_`; or an IPv6 address, without its brackets.
is_host() {
  case $1 in
    '' | -*) return 1 ;;
    *:*:*) case $1 in *[!0-9A-Fa-f:.]*) return 1 ;; esac ;;
    *[!0-9A-Za-z._-]*) return 1 ;;
  esac
}

is_number() {
  case $1 in '' | *[!0-9]*) return 1 ;; esac
}

is_port() {
  case $1 in 0* | ??????*) return 1 ;; esac
  is_number "$1" && [ "$1" -le 65535 ]
}
