carriage=$(printf '\r')
# Takes off the one line break that `echo` and editors leave at the end of a value; the rest is `value`.
trim() { value=${1%"$newline"}; [ "$value" = "$1" ] || value=${value%"$carriage"}; }
