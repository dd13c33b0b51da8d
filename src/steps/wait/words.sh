# Each line is a word.
set -f && IFS=$newline
