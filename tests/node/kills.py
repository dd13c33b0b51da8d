"""Kills the kubelet, containerd or both 20 times while pods start: each pod comes up, and no step is left out or half done.

`KILLS=100 SEED=7 tests/node/run kills` kills more often, and at other moments.
"""

import hashlib
import os
import random
import time

import order
import pods
import steps
from node import ADDRESS

PARAMS = """
param server: string
param checksum: string
"""
PROGRAM = """
pod NAME {
  terminationGracePeriodSeconds 5
  volume events host /run/events { type DirectoryOrCreate }
  volume data
  volume assets
  volume theme scratch 1Mi
  step writer {
    image "busybox:1.37"
    script "work writer 0.5; yes line | head -n 1000 >/data/file"
    writes data at /data
    mounts events at /events
  }
  sidecar proxy {
    image "busybox:1.37"
    run "stay proxy 0.5 0"
    started exec "test -e /tmp/up" every 1s failures 100
    mounts events at /events
    after writer
  }
  fetch theme { from "#{server}/theme.tar.gz"; sha256 checksum; unpack; into theme "theme"; after writer }
  copy assets { image "registry.acme.dev/acme/assets:1"; from /dist; into assets; after proxy }
  step reader {
    image "busybox:1.37"
    script '''
      [ "$(wc -l </data/file)" = 1000 ]
      work reader 0.5
    '''
    reads data at /data
    mounts events at /events
    after proxy
  }
  app web {
    image "busybox:1.37"
    script '''
      [ "$(cat /assets/assets/app.js)" = "start()" ] || { note web misses; exit 1; }
      [ "$(cat /theme/theme/style.css)" = "body { color: teal }" ] || { note web misses; exit 1; }
      stay web 0 0
    '''
    reads assets at /assets
    reads theme at /theme
    mounts events at /events
  }
}
"""


def compiled(node, names):
    """The YAML of a pod for each name, and the plans of what writes down its moments; the theme comes from a server of its own."""
    server = steps.Server(node)
    port = server.start(0)
    text = PARAMS + "".join(PROGRAM.replace("NAME", name) for name in names)
    checksum = hashlib.sha256(server.archive).hexdigest()
    text, plans = pods.compiled(text, "--set", f"server=http://{ADDRESS}:{port}", "--set", f"checksum={checksum}")
    silent = ("assets", "theme")
    return text, {name: plan | {"order": [each for each in plan["order"] if each["name"] not in silent]} for name, plan in plans.items()}


def prove(node):
    """The number of pods that did not come up as planned."""
    kills, choose = int(os.environ.get("KILLS", "20")), random.Random(os.environ.get("SEED", "1"))
    names = [f"killed-{number}" for number in range(kills)]
    text, plans = compiled(node, names)
    documents = [document for document in text.split("\n---\n") if "kind: Pod" in document]
    hit = []
    for name, document in zip(names, documents, strict=True):
        pods.create(node, document)
        time.sleep(choose.uniform(0.5, 4))
        hit.append(sum(not pods.is_up(pod) for other, pod in pods.pods(node).items() if other in names))
        victims = choose.choice((["kubelet"], ["containerd"], ["kubelet", "containerd"]))
        for victim in victims:
            node.kill(victim)
        time.sleep(choose.uniform(0, 1))
        for victim in reversed(victims):
            node.launch(victim)
    try:
        node.wait("all pods are up", lambda: all(pods.is_up(pod) for name, pod in pods.pods(node).items() if name in names), 120)
    except TimeoutError as late:
        print(late)
    found = pods.pods(node)
    failed, again = 0, 0
    for name in names:
        events = pods.events(name)
        complaints = order.start_complaints(plans[name], events)
        if not pods.is_up(found[name]):
            complaints.append(f"it is not up: {pods.statuses(found[name])}")
        complaints += (f"`{event.container}` {event.what}" for event in events if event.what in ("misses", "fails"))
        again += sum(len(pods.moments(events, container, "begins")) - 1 for container in ("writer", "proxy", "reader", "web"))
        failed += bool(complaints)
        print("".join(f"FAILED {name}: {complaint}\n" for complaint in complaints), end="")
        pods.delete(node, name, grace=1)
    pods.gone(node, names)
    print(f"kills: {kills} kills, at each of which {sum(hit) / kills:.1f} pods were starting; {again} containers began again")
    return failed
