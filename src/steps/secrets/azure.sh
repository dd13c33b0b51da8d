vault=${INITFLOW_FROM%%/*}
case $vault in *.*) ;; *) vault=$vault.vault.azure.net ;; esac
name="\`${INITFLOW_FROM#*/}\` of the key vault $vault"
address=${INITFLOW_ADDRESS:-https://$vault}
address=${address%/}
AZURE_CLIENT_ID=$(one_line "${AZURE_CLIENT_ID:-}")
AZURE_TENANT_ID=$(one_line "${AZURE_TENANT_ID:-}")
resource=https://${vault#*.}
version=2018-02-01
get() {
  for word in "$address" "$INITFLOW_FROM" "${AZURE_CLIENT_ID:-}" "${AZURE_TENANT_ID:-}"; do sound "$word"; done
  if [ -n "${AZURE_FEDERATED_TOKEN_FILE:-}" ]; then
    # The identity of the workload: what its webhook sets is traded for a token.
    credential=$(cat "$AZURE_FEDERATED_TOKEN_FILE")
    known "$credential" || { why='the pod has no token' && return 1; }
    authority=${AZURE_AUTHORITY_HOST:-https://login.microsoftonline.com/}
    sound "$authority"
    ask "the login at $authority" "url = \"${authority%/}/${AZURE_TENANT_ID:-}/oauth2/v2.0/token\"" \
      'data-urlencode = "grant_type=client_credentials"' "data-urlencode = \"client_id=${AZURE_CLIENT_ID:-}\"" \
      "data-urlencode = \"scope=$resource/.default\"" "data-urlencode = \"client_assertion=$credential\"" \
      'data-urlencode = "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer"' || return
  else
    host=${AZURE_POD_IDENTITY_AUTHORITY_HOST:-http://169.254.169.254}
    sound "$host"
    # The identity of the machine.
    ask 'the metadata server' 'get' "url = \"${host%/}/metadata/identity/oauth2/token\"" 'header = "Metadata: true"' \
      "data-urlencode = \"api-version=$version\"" "data-urlencode = \"resource=$resource\"" \
      ${AZURE_CLIENT_ID:+"data-urlencode = \"client_id=$AZURE_CLIENT_ID\""} || return
  fi
  take access_token || return
  ask "$address" 'get' "url = \"$address/secrets/${INITFLOW_FROM#*/}\"" 'data = "api-version=7.4"' \
    "header = \"Authorization: Bearer $credential\""
}
secret() { printf '%s' "$body" | json text value; }
