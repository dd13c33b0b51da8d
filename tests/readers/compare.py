"""Compares what PyYAML and kubectl read from all.yaml with all.json, in the given folder."""

import json
import pathlib
import sys

import yaml

LABEL = "initflow.test/read"


def main():
    folder = pathlib.Path(sys.argv[1])
    written = json.loads((folder / "all.json").read_bytes())["items"]
    failed = compare("PyYAML", written, read_yaml(folder / "all.yaml", yaml.SafeLoader))
    failed |= compare("libyaml", written, read_yaml(folder / "all.yaml", yaml.CSafeLoader))
    failed |= compare("kubectl", written, read_stream(folder / "kubectl.json"))
    sys.exit(failed)


def read_yaml(path, loader):
    with path.open(encoding="utf-8", newline="") as file:
        return list(yaml.load_all(file, Loader=loader))


def read_stream(path):
    """The objects in kubectl's output, one after another, without the label that it was told to add."""
    text = path.read_bytes().decode()
    decoder = json.JSONDecoder()
    objects, at = [], 0
    while at < len(text):
        one, at = decoder.raw_decode(text, at)
        del one["metadata"]["labels"][LABEL]
        objects.append(one)
        while text[at : at + 1].isspace():
            at += 1
    return objects


def compare(reader, written, read):
    for expected, found in zip(written, read):
        if exact(expected) != exact(found):
            print(f"{reader} does not read what was written:\n  {exact(expected)}\nbut\n  {exact(found)}")
            return True
    if len(written) != len(read):
        print(f"{reader} reads {len(read)} objects instead of {len(written)}")
        return True
    print(f"{reader} reads all {len(read)} objects as they were written")
    return False


def exact(value):
    """The value as text, in which 1, 1.0, true and a date differ."""
    return json.dumps(value, sort_keys=True, default=repr)


main()
