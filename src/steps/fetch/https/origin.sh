# The site of a URL, and its path as `rest`. Passwords and signatures stay out of the log.
origin() {
  rest=${1#*://}
  rest=${rest%%[?#]*}
  host=${rest%%/*}
  site=${1%%://*}://${host##*@}
}
from=$(one_line "$INITFLOW_FROM")
case $from in *[[:cntrl:]\ ]*) fail 'the URL has a space or a control character' ;; esac
origin "$from"
name=$site${rest#"$host"}
