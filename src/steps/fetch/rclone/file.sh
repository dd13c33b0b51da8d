# The empty file that is there keeps rclone from taking a prefix for an object.
get() {
  said=$(run rclone copyto --inplace --retries 1 --low-level-retries 2 --contimeout 10s --timeout 30s \
    --log-format '' "$remote" "$to" 2>&1) && return
  why='there is no such object'
  # For some services rclone takes no right to read for nothing there: a list tells the two apart.
  case $said in
    *'is a directory and destination is a file'*)
      said=$(run rclone lsjson --stat --retries 1 --log-format '' "$remote" 2>&1) && return 1
      ;;
  esac
  reason
  return 1
}
