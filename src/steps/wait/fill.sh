# Puts the values of variables in as Kubernetes does: where a name is in parentheses after a dollar sign.
fill() {
  dollar='$' text=$1 filled=''
  while [ -z "$whole" ]; do
    case $text in *"$dollar"*) ;; *) break ;; esac
    filled=$filled${text%%"$dollar"*}
    text=${text#*"$dollar"}
    case $text in
      "$dollar"*) filled=$filled$dollar text=${text#?} ;;
      \(*\)*)
        variable=${text#?}
        variable=${variable%%\)*}
        text=${text#*\)}
        value=$(printenv "$variable" && echo .) || unset_variable
        value=${value%"$newline".}
        [ -z "$text" ] || trim "$value"
        filled=$filled$value
        ;;
      *) filled=$filled$dollar ;;
    esac
  done
  value=$filled$text
}
unset_variable() {
  case $variable in *[!0-9A-Za-z_.-]*) ;; *) fail "the variable \`$variable\` is not set" ;; esac
  value="$dollar($variable)"
}
