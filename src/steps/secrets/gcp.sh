name="\`$INITFLOW_FROM\` of Google's Secret Manager"
address=${INITFLOW_ADDRESS:-https://secretmanager.googleapis.com}
metadata=http://${GCE_METADATA_HOST:-metadata.google.internal}/computeMetadata/v1
get() {
  for word in "${address%/}" "$INITFLOW_FROM" "$metadata"; do sound "$word"; done
  ask 'the metadata server' "url = \"$metadata/instance/service-accounts/default/token\"" \
    'header = "Metadata-Flavor: Google"' || return
  take access_token || return
  ask "${address%/}" "url = \"${address%/}/v1/$INITFLOW_FROM:access\"" "header = \"Authorization: Bearer $credential\""
}
secret() { printf '%s' "$body" | json text payload.data | base64 -d; }
