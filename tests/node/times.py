"""Measures a start and a stop whose times are known, and compares them with those of `plan`."""

import pathlib
import time

import order
import pods

SOURCE = pathlib.Path(__file__).resolve().parent / "programs" / "times.initflow"
# What a clock of the node and a process that starts may differ by, in seconds.
EXACT = 0.5
# What the kubelet may need for each container before, which `plan` does not count.
EACH = 2


def prove(node):
    """The number of moments that are not as planned."""
    text, plans = pods.compiled(SOURCE)
    plan = plans["times"]
    pods.create(node, text)
    node.wait("times is up", lambda: pods.is_up(pods.pods(node)["times"]) and pods.moments(pods.events("times"), "web", "up"), 90)
    pods.delete(node, "times")
    # The containers write the time since the machine started.
    deleted = time.clock_gettime(time.CLOCK_BOOTTIME)
    pods.gone(node, ["times"])
    found = pods.events("times")
    began = order.first(found, plan["order"][0]["name"], "begins")
    failed = 0
    for index, each in enumerate(plan["order"]):
        failed += differs(f"{each['name']} begins", order.first(found, each["name"], "begins") - began, each["time"]["begins"], EACH * index)
    failed += differs("web is up", order.first(found, "web", "up") - began, plan["start"]["whole"], EACH * len(plan["order"]))
    for index, each in enumerate(plan["stop"]["order"]):
        failed += differs(f"{each['name']} gets its signal", order.first(found, each["name"], "term") - deleted, each["signal"], EACH * (index + 1))
        failed += differs(f"{each['name']} has stopped", order.first(found, each["name"], "ends") - deleted, each["stopped"], EACH * (index + 1))
    return failed


def differs(what, measured, planned, slack):
    """Whether a moment is not within what is planned, with some time for the kubelet."""
    good = planned["best"] - EXACT <= measured <= planned["worst"] + EXACT + slack
    print(f"{'ok    ' if good else 'FAILED'} {what} after {measured:.1f} s, planned {planned['best']} s to {planned['worst']} s")
    return not good
