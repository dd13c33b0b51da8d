// Writes YAML from standard input as KYAML, with Kubernetes' own encoder.
package main

import (
	"fmt"
	"os"

	"sigs.k8s.io/yaml/kyaml"
)

func main() {
	if err := (&kyaml.Encoder{}).FromYAML(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
