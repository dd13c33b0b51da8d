INITFLOW_FROM=$(one_line "$INITFLOW_FROM")
address=$(one_line "${INITFLOW_ADDRESS:-${VAULT_ADDR:-}}")
address=${address%/}
namespace=$(one_line "${INITFLOW_NAMESPACE:-${VAULT_NAMESPACE:-}}")
auth=$(one_line "$INITFLOW_AUTH")
role=$(one_line "$INITFLOW_ROLE")
[ -n "$address" ] || fail "the server is not known: neither \`address\` nor VAULT_ADDR is given"
for word in "$address" "$INITFLOW_FROM" "$auth" "$role" "$namespace"; do sound "$word"; done
