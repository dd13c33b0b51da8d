check_tcp() {
  why=$(nc -v -z -w "$try" "$host" "$port" 2>&1) && return
  case $why in
    *[Uu]sage*) why='the nc of this image has no option -z' ;;
    '' | *'timed out'*) why='no answer' ;;
    *) why=${why##*: } ;;
  esac
  return 1
}
