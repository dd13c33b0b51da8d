# As `kubectl rollout status` sees it. Who deletes the pods decides when those of `OnDelete` are updated.
check_statefulset() {
  name="statefulset $statefulset" now='is rolled out'
  seek "/apis/apps/v1/namespaces/$space/statefulsets/$statefulset" 'StatefulSet yet' && judge '
    END {
      wanted = fact("spec.replicas") + 0
      available = fact("status.availableReplicas") + 0
      updated = fact("status.updatedReplicas") + 0
      partition = fact("spec.updateStrategy.rollingUpdate.partition") + 0
      new = wanted > partition ? wanted - partition : 0
      rolls = fact("spec.updateStrategy.type") != "OnDelete"
      if (fact("metadata.generation") + 0 > fact("status.observedGeneration") + 0) print "its controller has not seen the last change yet"
      else if (available < wanted) print available " of " wanted " pods are available"
      else if (rolls && updated < new) print updated " of " new " pods are updated"
      else ready = 1
      exit !ready
    }
  '
}
