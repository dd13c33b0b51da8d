remote=:s3:$path endpoint=${AWS_ENDPOINT_URL_S3:-${AWS_ENDPOINT_URL:-}}
export RCLONE_S3_ENDPOINT="${RCLONE_S3_ENDPOINT:-$endpoint}" RCLONE_S3_ENV_AUTH="${RCLONE_S3_ENV_AUTH:-true}"
[ -n "$RCLONE_S3_ENDPOINT" ] && provider=Other || provider=AWS
export RCLONE_S3_PROVIDER="${RCLONE_S3_PROVIDER:-$provider}"
