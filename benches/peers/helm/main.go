// Renders a chart with Helm's engine, as often as the value `count` says: render CHART COUNT.
package main

import (
	"fmt"
	"os"
	"strconv"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
)

func render(folder, count string) error {
	chart, err := loader.Load(folder)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	options := common.ReleaseOptions{Name: "shop", Namespace: "shop"}
	values, err := util.ToRenderValues(chart, map[string]any{"count": number}, options, nil)
	if err != nil {
		return err
	}
	files, err := engine.Render(chart, values)
	if err != nil {
		return err
	}
	_, err = os.Stdout.WriteString(files["shop/templates/deployment.yaml"])
	return err
}

func main() {
	if err := render(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
