"""`wait`: servers that are up, come up later, or do not."""

from harness import Case, Fault, Kills, Web, refusing

AGAINST = "an HTTP server; curl, nc"


def prepare(bench):
    web = bench.add(Web({"/content": b"the content\n"}))
    web.answers["/later"] = lambda _: (200 if len(web.requests) > 2 else 500, "")
    return {"server": web.url, "address": web.address, "refuses": refusing()}


CASES = [
    Case("all answer", "all", runs=2, says=["wait: tcp 127.0.0.1", "/status/503 answers", "/status/302 answers"]),
    Case("waits", "later", says=["/later answers"]),
    Fault("names what is missing", "some", last=["gave up after 2 s; missing: tcp 127.0.0.1:", "(no connection), http http://127", "(status 503)", "(status 200)"]),
    Kills("survives", "all", pace=0.3),
]
