has_control() {
  case $1 in *[[:cntrl:]]*) ;; *) return 1 ;; esac
}
