# The arguments are variables of the client.
check_postgres() {
  # A shell would tell of the end that `timeout` makes.
  {
    why=$(
      # The client has no other configuration than the step's, no more memory than it needs, and a few lines to say why.
      export HOME=/dev/null "${@?}"
      # Where nobody looks at the certificate, the password itself is not sent, unless that is asked for.
      case ${PGSSLMODE-} in verify-*) ;; *) export PGREQUIREAUTH="${PGREQUIREAUTH-!password}" ;; esac
      {
        (ulimit -v 131072; exec timeout -k 1 "$try" psql -Xwqc 'select 1' 2>&1 >/dev/null) && printf '\n.'
      } | head -c 4096
    )
  } 2>/dev/null
  case $why in *"$newline.") return ;; esac
  why=${why%%"$newline"*} why=${why##*failed: } why=${why#psql: error: } why=${why:-no answer}
  return 1
}
