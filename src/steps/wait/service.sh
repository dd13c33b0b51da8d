# A Service may have several slices; an endpoint that says nothing of its state counts as ready.
check_service() {
  name="service $service" now='has a ready endpoint'
  seek "/apis/discovery.k8s.io/v1/namespaces/$space/endpointslices?labelSelector=kubernetes.io/service-name=$service" 'resource' && judge '
    END {
      for (slice = 0; ("items." slice ".metadata.name") in at; slice++)
        for (number = 0; ("items." slice ".endpoints." number ".addresses.0") in at; number++) {
          found++
          if (fact("items." slice ".endpoints." number ".conditions.ready") != "false") ready++
        }
      if (!ready) print found ? "none of its " found " endpoints is ready" : "it has no endpoints"
      exit !ready
    }
  '
}
