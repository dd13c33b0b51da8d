package main

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/version"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
)

// newest is the version of the compiled-in code.
const newest = "1.37"

// emulate sets every feature gate to its default in a version. What the code decides without a gate stays as in the newest
// version, for example:
//   - fields that the older API does not have at all are known, and dropped if their gate is off;
//   - the pod template of a StatefulSet is validated, as from 1.34 on;
//   - limits that the pod level takes over from its containers are set if the gate of 1.37 is on.
func emulate(name string) error {
	wanted, err := version.ParseMajorMinor(name)
	if err != nil || wanted.Major() != 1 || wanted.Minor() < 33 || !wanted.LessThan(version.MustParseMajorMinor(newest).OffsetMinor(1)) {
		return fmt.Errorf("no such version: %q", strings.TrimSpace(name))
	}
	return utilfeature.DefaultMutableFeatureGate.SetEmulationVersion(wanted)
}
