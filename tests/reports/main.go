// Holds a SARIF log on standard input against the schema of SARIF 2.1.0, in which no property may be unknown.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
)

func main() {
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	var report sarif.Report
	if err := decoder.Decode(&report); err != nil {
		fail(err)
	}
	if err := report.Validate(); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "not SARIF:", err)
	os.Exit(1)
}
