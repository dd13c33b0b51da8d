seen=''
check_job() {
  name="job $job" now='is complete'
  api "/apis/batch/v1/namespaces/$space/jobs/$job"
  case $why in
    'status 200') seen="$seen $job" why='not complete yet' ;;
    'status 40'[34])
      case " $seen " in *" $job "*) fail "$name is gone: somebody deleted it" ;; esac
      case $why in *4) why=$absent ;; *) why="$why: the service account may not read it" ;; esac
      ;;
    'status 401') why="$why: the service account may not read it" ;;
    status*) why="$why from the API server" ;;
  esac
  answer=$(printf '%s' "$answer" | tr -d ' \t\n')
  case $answer in
    *'"type":"Complete","status":"True"'*) ;;
    *'"type":"Failed","status":"True"'*)
      why=${answer#*'"type":"Failed","status":"True"'}
      why=${why#*'"reason":"'}
      fail "$name failed: ${why%%\"*}; its log: kubectl logs job/$job --all-containers --namespace=$space$(again "$job")"
      ;;
    *) return 1 ;;
  esac
}
