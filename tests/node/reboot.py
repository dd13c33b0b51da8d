"""Restarts the node under running pods: each starts again in the order of `plan`, with the files of its first start.

All containers die at once, as when a machine loses power; the volumes on its disk stay.
"""

import time

import kills
import order
import pods

PODS = 3


def prove(node):
    """The number of pods that did not start again as planned."""
    names = [f"restarted-{number}" for number in range(PODS)]
    text, plans = kills.compiled(node, names)
    pods.create(node, text)
    node.wait("all pods are up", lambda: all(serves(name, 0) for name in names), 90)
    moment = time.clock_gettime(time.CLOCK_BOOTTIME)
    node.lose_power()
    late = ""
    try:
        node.wait("all pods are up again", lambda: all(serves(name, moment) and pods.is_up(pods.pods(node)[name]) for name in names), 120)
    except TimeoutError as timeout:
        late = f"{timeout}\n"
    took = time.clock_gettime(time.CLOCK_BOOTTIME) - moment
    failed = 0
    for name in names:
        found = [event for event in pods.events(name) if event.moment > moment]
        complaints = order.start_complaints(plans[name], found)
        complaints += (f"`{event.container}` {event.what}" for event in found if event.what in ("misses", "fails"))
        complaints += [late] if late else []
        failed += bool(complaints)
        print(f"{'FAILED' if complaints else 'ok    '} {name} starts again in order", *complaints, sep="\n  " if complaints else "")
        pods.delete(node, name, grace=1)
    pods.gone(node, names)
    print(f"reboot: {PODS} pods were up again after {took:.0f} s")
    return failed


def serves(name, since):
    return any(moment > since for moment in pods.moments(pods.events(name), "web", "up"))
