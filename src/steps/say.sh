# Prints a line of the step's log. Nothing in it ends the line, moves the cursor or turns the direction of the text, whoever
# wrote it: a server, a Secret, the name of a file.
say() { printf '%s: %s\n' "$0" "$(printf %s "$1" | LC_ALL=C tr '\000-\037\177' '?' | LC_ALL=C sed "$hidden")"; }
# In UTF-8: the control characters U+0080 to U+009F, and the marks of direction and lines from U+2028 to U+202E and from U+2066 to U+2069.
hidden=$(printf 's/\302[\200-\237]/?/g; s/\342\200[\250-\256]/?/g; s/\342\201[\246-\251]/?/g')
fail() { say "$1" >&2; exit 1; }
