name=$(one_line "$INITFLOW_FROM")
path=${name#*://}
! has_control "$path" || fail 'the path has a control character'
# It becomes a part of a host's name.
case ${path%%/*} in -* | *[!A-Za-z0-9._-]*) fail 'the bucket or account has a character that none can have' ;; esac
