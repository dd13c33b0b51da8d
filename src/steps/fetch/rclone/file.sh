# The empty file that is there keeps rclone from taking a prefix for an object.
get() {
  said=$(storage copyto --inplace "$remote" "$to") && return
  why='there is no such object'
  # For some services rclone takes no right to read for nothing there: a list tells the two apart.
  case $said in *'is a directory and destination'*) said=$(storage lsjson --stat "$remote") && return 1 ;; esac
  failed
}
