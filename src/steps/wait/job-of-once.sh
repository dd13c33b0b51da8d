absent='there is no such Job: apply the manifests that have it'
again() { printf '; to try again: kubectl delete job %s --namespace=%s, then apply the manifests again' "$1" "$space"; }
# A Job that has ever been complete may be gone, or be there again: what counts is that it was recorded.
check_once() {
  name="job $job" now='was complete before'
  [ -n "${INITFLOW_RECORDED+x}" ] || check_job
}
