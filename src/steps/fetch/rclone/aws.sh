remote=:s3:$path
export RCLONE_S3_PROVIDER=AWS RCLONE_S3_ENV_AUTH=true
