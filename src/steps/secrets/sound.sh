# Nothing in a word ends a URL or a quoted text of curl's configuration.
sound() {
  case /$1/ in */../* | */./*) fail "\`$1\` has a part that is a dot or two" ;; esac
  case $1 in *[!!-~]* | *[\"\\\?\#]*) fail "\`$1\` has a space, quote, backslash, ?, # or a letter beyond ASCII" ;; esac
}
