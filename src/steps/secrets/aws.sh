name="\`$INITFLOW_FROM\` of AWS Secrets Manager"
INITFLOW_FROM=$(one_line "$INITFLOW_FROM")
INITFLOW_ADDRESS=$(one_line "${INITFLOW_ADDRESS:-}")
# No program shows the secret page by page.
export AWS_PAGER=
get() {
  left=$((deadline - $(date +%s)))
  [ "$left" -gt 0 ] || return 1
  body=$(timeout "$left" aws secretsmanager get-secret-value ${INITFLOW_ADDRESS:+--endpoint-url="$INITFLOW_ADDRESS"} \
    --secret-id="$INITFLOW_FROM" --output json 2>$part) || {
    reason=$(tail -n 1 $part)
    return 1
  }
}
secret() {
  if [ -n "$(printf '%s' "$body" | json kind SecretBinary)" ]; then
    printf '%s' "$body" | json text SecretBinary | base64 -d
  else
    printf '%s' "$body" | json text SecretString
  fi
}
