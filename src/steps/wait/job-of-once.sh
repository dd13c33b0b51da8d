job=$INITFLOW_JOB absent='there is no such Job: apply the manifests that have it'
again="; to try again: kubectl delete job $job --namespace=$space, then apply the manifests again"
# A Job that has ever been complete may be gone, or be there again: what counts is that it was recorded.
if [ -n "${INITFLOW_RECORDED+x}" ]; then say "job $job was complete before" && exit; fi
