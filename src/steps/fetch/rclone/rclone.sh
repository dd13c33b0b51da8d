# rclone takes its options from variables; one that is set already is the author's. It has no configuration but the step's.
export RCLONE_CONFIG="${RCLONE_CONFIG-}" HOME=/nonexistent
storage() {
  run rclone --retries 1 --low-level-retries 2 --contimeout 10s --timeout 30s --log-format '' "$@" 2>&1
}
# The last of rclone's lines says most; signatures stay out of the log.
failed() {
  why=$(printf '%s\n' "$said" | sed -n -e 's/?[^ "]*//g' -e 's/^RESPONSE [0-9]*: //p' -e 's/^CRITICAL: //p' \
    -e 's/^NOTICE: Failed to [a-z]*\( with [0-9]* errors: last error was\)*: //p' | tail -n 1)
  why=${why:-no answer} && return 1
}
