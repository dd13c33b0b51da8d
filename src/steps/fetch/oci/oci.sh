# The tool has no configuration but the step's.
export HOME=/nonexistent
failed() {
  why=$(printf '%s\n' "$said" | sed -n 's/^Error[^:]*: //p' | tail -n 1)
  why=${why:-no answer} && return 1
}
