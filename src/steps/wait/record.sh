# Records that the steps before are complete, for pods that start when their Job is gone.
check_record() {
  name="the record of job $INITFLOW_JOB in configmap $INITFLOW_RECORD" now='is written'
  api --url "$server/api/v1/namespaces/$space/configmaps/$INITFLOW_RECORD?fieldManager=initflow" \
    --request PATCH --header 'Content-Type: application/merge-patch+json' \
    --data "{\"data\":{\"$INITFLOW_JOB\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\"}}"
  case $why in
    'status 200') return ;;
    'status 40'[13]) why="$why: the service account may not write it" ;;
    'status 404') why='there is no such ConfigMap: apply the manifests that have it' ;;
    status*) why="$why from the API server" ;;
  esac
  return 1
}
