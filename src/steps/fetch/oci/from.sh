name=$(one_line "$INITFLOW_FROM")
artifact=${name#oci://}
case $artifact in -* | *[!A-Za-z0-9._:/@+-]*) fail 'the artifact has a character that no reference has' ;; esac
