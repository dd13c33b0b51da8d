"""Checks that a real API server admits what the cases of tests/rules compile to, and loses nothing of it without a warning."""

import json
import os
import subprocess

from admission import lost
from cluster import PROGRAMS, ROOT

GROUPS = {"Pod": "api/v1", "Job": "apis/batch/v1", "CronJob": "apis/batch/v1"}
# What the compiler does not check; it warns about everything else that the API server drops or changes.
SILENT = ": nothing"
# Admission rules that want classes which do not exist here.
OF_ADMISSION = ("ADM-PRIORITY", "OVERHEAD")


def prove(cluster):
    """The number of objects that are refused."""
    words = ["cargo", "test", "-q", "--test", "rules", "objects_of_cases_are_written_for_the_api_server"]
    subprocess.run(words, check=True, capture_output=True, cwd=ROOT, env=os.environ | {"RULES_DIR": str(PROGRAMS)})
    lines = (PROGRAMS / "objects.jsonl").read_text().splitlines()
    failed = 0
    lines = [line for line in map(json.loads, lines) if not line["case"].startswith(OF_ADMISSION)]
    for line in lines:
        complaints = list(admit(cluster, line["object"]))
        dropped = [each for each in complaints if each.endswith(" is lost")]
        if complaints and not (complaints == dropped and not line["case"].endswith(SILENT)):
            failed += 1
            print(f"FAILED rules/{line['case']}\n" + "".join(f"  {complaint}\n" for complaint in complaints), end="")
    print(f"rules: {len(lines) - failed} of {len(lines)} objects are admitted")
    return failed if lines else 1


def admit(cluster, given):
    """Why the API server refuses an object, or what it drops."""
    namespace = given["metadata"].get("namespace") or "default"
    cluster.namespace(namespace)
    kind = given["kind"]
    if kind == "Pod" and (account := given["spec"].get("serviceAccountName")):
        cluster.request("POST", f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": {"name": account}})
    path = f"/{GROUPS.get(kind, 'apis/apps/v1')}/namespaces/{namespace}/{kind.lower()}s?dryRun=All&fieldValidation=Strict"
    status, stored, _ = cluster.request("POST", path, given)
    if status != 201:
        yield f"refused: {stored['message']}"
    else:
        # The API server rewrites who manages which field.
        yield from (f"{path} is lost" for path in lost(given, stored) if not path.startswith(".metadata.managedFields"))
