get() {
  said=$(run rclone copyto --inplace --retries 1 --low-level-retries 2 --contimeout 10s --timeout 30s \
    --log-format '' "$remote" "$to" 2>&1) && return
  reason
  return 1
}
