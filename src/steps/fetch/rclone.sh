# rclone takes its options from variables; one that is set already is the author's.
prepare() {
  name=$(one_line "$INITFLOW_FROM")
  path=${name#*://}
  ! has_control "$path" || fail 'the path has a control character'
  # It becomes a part of a host's name.
  case ${path%%/*} in -* | *[!A-Za-z0-9._-]*) fail 'the bucket or account has a character that none can have' ;; esac
  export RCLONE_CONFIG="${RCLONE_CONFIG-}"
  case $name in
    s3:*)
      remote=:s3:$path
      endpoint=${AWS_ENDPOINT_URL_S3:-${AWS_ENDPOINT_URL:-}}
      export RCLONE_S3_ENDPOINT="${RCLONE_S3_ENDPOINT:-$endpoint}"
      [ -n "$RCLONE_S3_ENDPOINT" ] && provider=Other || provider=AWS
      export RCLONE_S3_PROVIDER="${RCLONE_S3_PROVIDER:-$provider}" RCLONE_S3_ENV_AUTH="${RCLONE_S3_ENV_AUTH:-true}"
      ;;
    gs:*)
      remote=:gcs:$path
      export RCLONE_GCS_ENV_AUTH="${RCLONE_GCS_ENV_AUTH:-true}"
      ;;
    az:*)
      remote=:azureblob:${path#*/}
      key=${RCLONE_AZUREBLOB_KEY:-}${RCLONE_AZUREBLOB_SAS_URL:-}${RCLONE_AZUREBLOB_CONNECTION_STRING:-}
      export RCLONE_AZUREBLOB_ACCOUNT="${path%%/*}"
      [ -n "$key" ] || export RCLONE_AZUREBLOB_ENV_AUTH="${RCLONE_AZUREBLOB_ENV_AUTH:-true}"
      ;;
  esac
}
# Says why: the last of these lines says most; signatures stay out of the log.
reason() {
  printf '%s\n' "$1" | sed -n -e 's/?[^ "]*//g' -e 's/^RESPONSE [0-9]*: //p' -e 's/^CRITICAL: //p' \
    -e 's/^NOTICE: Failed to [a-z]*: //p' | tail -n 1
}
get() {
  # The empty file that is there keeps rclone from taking a prefix for an object.
  said=$(run rclone copyto --inplace --retries 1 --low-level-retries 2 --contimeout 10s --timeout 30s \
    --log-format '' "$remote" "$to" 2>&1) && return
  case $said in
    *'is a directory and destination is a file'*)
      # For some services rclone takes no right to read for nothing there: a list tells the two apart.
      if said=$(run rclone lsjson --stat --retries 1 --log-format '' "$remote" 2>&1); then
        echo 'there is no such object'
      else
        reason "$said"
      fi
      ;;
    *) reason "$said" ;;
  esac
  return 1
}
