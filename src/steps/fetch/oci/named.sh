# The name without tag and digest.
named=${artifact%%@*}
case ${named##*/} in *:*) named=${named%:*} ;; esac
