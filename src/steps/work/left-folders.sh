for left in ../.initflow-"$pod".??????; do
  [ "$left" = "../$work" ] || remove "$left" || stuck "${left#../}"
done
