# Follows links as they are in the image, which is mounted at $INITFLOW_IMAGE; sets `from`.
resolve() {
  rest=$1 way='' hops=0
  while [ -n "$rest" ]; do
    name=${rest%%/*}
    case $rest in */*) rest=${rest#*/} ;; *) rest='' ;; esac
    case $name in
      '' | .) ;;
      ..) way=${way%/*} ;;
      *)
        way=$way/$name
        [ -L "$INITFLOW_IMAGE$way" ] || continue
        hops=$((hops + 1))
        [ "$hops" -le 40 ] || return 1
        # A line break at the end is part of the name.
        link=$(readlink "$INITFLOW_IMAGE$way" && echo .)
        link=${link%??}
        case $link in /*) way='' ;; *) way=${way%/*} ;; esac
        rest=$link/$rest
        ;;
    esac
  done
  from=$INITFLOW_IMAGE$way
}
from=
resolve "$INITFLOW_FROM" || :
