repo=$(one_line "$INITFLOW_REPO")
ref=$(one_line "${INITFLOW_REF:-HEAD}")
# What is named to the server or printed has no more than one line.
for word in "$repo" "$ref"; do ! has_control "$word" || fail 'the repository or the ref has a control character'; done
name=$repo
case $repo in
  *://*)
    rest=${repo#*://}
    host=${rest%%/*}
    name=${repo%%://*}://${host##*@}${rest#"$host"}
    case $host in *:*@*) fail "$name is given with a password, which git would write down: use token" ;; esac
    ;;
esac
