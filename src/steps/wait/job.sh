seen=''
check_job() {
  name="job $job" now='is complete'
  api --url "$server/apis/batch/v1/namespaces/$space/jobs/$job"
  case $why$seen in
    'status 200'*) seen="$seen $job " why='not complete yet' ;;
    'status 40'[34]*" $job "*) fail "$name is gone: somebody deleted it" ;;
    'status 404'*) why=$absent ;;
    'status 40'[13]*) why="$why: the service account may not read it" ;;
    status*) why="$why from the API server" ;;
  esac
  answer=$(printf '%s' "$answer" | tr -d ' \t\n')
  case $answer in
    *'"type":"Complete","status":"True"'*) return ;;
    *'"type":"Failed","status":"True"'*) ;;
    *) return 1 ;;
  esac
  why=${answer#*'"type":"Failed","status":"True"'} why=${why#*'"reason":"'}
  fail "$name failed: ${why%%\"*}; its log: kubectl logs job/$job --all-containers --namespace=$space$again"
}
