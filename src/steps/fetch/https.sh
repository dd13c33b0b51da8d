# Passwords and signatures stay out of the log.
rest=${INITFLOW_FROM#*://}
rest=${rest%%[?#]*}
host=${rest%%/*}
name=${INITFLOW_FROM%%://*}://${host##*@}${rest#"$host"}
# A redirect must not leave https.
case $INITFLOW_FROM in https:*) protocols='=https' ;; *) protocols='=http,https' ;; esac
get() {
  timeout "$1" curl --fail --silent --show-error --location --globoff --proto "$protocols" \
    --connect-timeout 10 --url "$INITFLOW_FROM" >"$part"
}
