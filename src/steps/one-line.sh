# Takes off the line breaks of all values that were put into a text.
one_line() { printf '%s' "$1" | tr -d '\r\n'; }
