name="\`$INITFLOW_FROM\` of AWS Secrets Manager"
# No program shows the secret page by page, and no tool has a configuration but the step's.
export AWS_PAGER='' HOME="${INITFLOW_RAM?}"
get() {
  body=$(run aws secretsmanager get-secret-value ${INITFLOW_ADDRESS:+"--endpoint-url=$INITFLOW_ADDRESS"} \
    --secret-id="$INITFLOW_FROM" --output json 2>.initflow-part) || {
    why=$(tail -n 1 .initflow-part)
    why=${why:-no answer}
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
