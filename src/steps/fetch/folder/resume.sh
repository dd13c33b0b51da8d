# What this pod has downloaded in a run that was killed or failed is taken over: files that are named after what they have to become,
# and count only if they have become that; folders of files that each were complete when they got their names.
mkdir .initflow-parts || fail "cannot write in $place"
for left in ../.initflow-"$pod".??????; do
  left=${left#../}
  if [ "$left" = "$work" ] || [ ! -d "../$left/.initflow-parts" ]; then continue; fi
  (
    cd -P "../$left" && at "$place/$left" || exit
    case $(stat -c %u:%a .) in "$me":700 | "$me":[1-7]700) ;; *) exit ;; esac
    cd -P .initflow-parts && at "$place/$left/.initflow-parts" || exit
    for part in ./*; do [ -L "$part" ] || mv -f "$part" "../../$work/.initflow-parts"; done
  ) 2>/dev/null || :
done
trap '[ "$?" -ne 0 ] && [ -n "$(ls .initflow-parts)" ] || leave' EXIT
