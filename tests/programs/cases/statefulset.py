"""Runs examples/statefulset as it is: Debian's Redis with a claim for each pod; the replicas find the primary by its name.

The test plays the StatefulSet: it gives each pod its claim and its number, and a name from the headless Service.
"""

import copy

import yaml
from stage import expect, ordered, timed

AGAINST = "Redis, one primary and two replicas"
EXAMPLE = "examples/statefulset/main.initflow"
KILLS = 5


def prove(stage):
    [cache] = yaml.safe_load_all(stage.compiled(EXAMPLE))
    stage.images["redis"] = {}
    primary = pod(stage, cache, 0)
    began = timed(primary.up)
    ordered(primary, "configure ended with 0", "redis started", "redis ready")
    replicas = [pod(stage, cache, number) for number in (1, 2)]
    follow(stage, primary, replicas)
    expect(redis(primary, "set", "key", "value") == "OK", "the primary accepts no value")
    for replica in replicas:
        expect(redis(primary, "wait", "2", "60000") == "2", "a replica does not follow")
        expect(redis(replica, "get", "key") == "value", "a replica does not have the value")
        expect("READONLY" in redis(replica, "set", "key", "other"), "a replica accepts writes")
    primary.kill()
    stage.kill(primary, primary.up, KILLS, began)
    primary.up()
    expect(redis(primary, "get", "key") == "value", "the value is lost")
    for one in (*replicas, primary):
        one.stop()
        ordered(one, "redis stopped with 0")
        expect("s3cret" not in one.logs(), one.logs())


def follow(stage, primary, replicas):
    stage.node.names["cache-0.cache"] = primary.network.address
    for replica in replicas:
        replica.up()


def pod(stage, cache, number):
    spec = copy.deepcopy(cache["spec"]["template"]["spec"])
    for claim in cache["spec"]["volumeClaimTemplates"]:
        name = claim["metadata"]["name"]
        spec["volumes"].append({"name": name, "persistentVolumeClaim": {"claimName": f"{name}-cache-{number}"}})
    return stage.pod(spec, f"cache-{number}", secrets={"cache": {"password": "s3cret"}})


def redis(pod, *words):
    return pod.run("redis", "redis-cli", *words)[1].strip()
