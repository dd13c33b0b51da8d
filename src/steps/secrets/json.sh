json() {
  LC_ALL=C awk -v want="$1" -v where="${2:-}" '
