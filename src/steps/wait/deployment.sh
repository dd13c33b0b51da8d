# As `kubectl rollout status` sees it.
check_deployment() {
  name="deployment $deployment" now='is rolled out'
  seek "/apis/apps/v1/namespaces/$space/deployments/$deployment" 'Deployment yet' && judge '
    END {
      wanted = fact("spec.replicas") + 0
      updated = fact("status.updatedReplicas") + 0
      left = fact("status.replicas") - updated
      available = fact("status.availableReplicas") + 0
      if (fact("metadata.generation") + 0 > fact("status.observedGeneration") + 0) print "its controller has not seen the last change yet"
      else if (updated < wanted) print updated " of " wanted " pods are updated" late()
      else if (left > 0) print left " pods of an earlier rollout are still there" late()
      else if (available < updated) print available " of " updated " pods are available" late()
      else ready = 1
      exit !ready
    }
    function late(   number) {
      for (number = 0; ("status.conditions." number ".type") in at; number++)
        if (at["status.conditions." number ".type"] == "Progressing" && fact("status.conditions." number ".reason") == "ProgressDeadlineExceeded")
          return ", and it has exceeded its progress deadline"
    }
  '
}
