remote=:gcs:$path
export RCLONE_GCS_ENV_AUTH="${RCLONE_GCS_ENV_AUTH:-true}"
