for left in ../.initflow-*.??????; do
  case $left in
    "../$work") ;;
    "../.initflow-$pod".*) remove "$left" || stuck "${left#../}" ;;
    # Another pod may be at work there, but not for days.
    *) [ -z "$(find "$left" -prune -mtime +1 2>/dev/null)" ] || remove "$left" 2>/dev/null || : ;;
  esac
done
