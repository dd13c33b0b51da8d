// Reports where Pod Security Admission judges a pod differently from this project.
//
// It reads lines of JSON from standard input: {"name", "version", "refused", "object"}. Its arguments are YAML files, whose
// workloads must all be admitted. The level is `restricted`.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

type line struct {
	Name    string
	Version string
	Refused bool
	Object  json.RawMessage
}

func main() {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	check(err, "the checks")
	judge := func(name, version string, object []byte) []string {
		metadata, spec, err := pod(object)
		check(err, name)
		parsed, err := api.ParseVersion(version)
		check(err, name)
		level := api.LevelVersion{Level: api.LevelRestricted, Version: parsed}
		var reasons []string
		for _, result := range evaluator.EvaluatePod(level, metadata, spec) {
			if !result.Allowed {
				reasons = append(reasons, result.ForbiddenReason+" ("+result.ForbiddenDetail+")")
			}
		}
		return reasons
	}

	judged, complaints := 0, 0
	expect := func(name string, refused bool, reasons []string) {
		judged++
		if refused == (len(reasons) > 0) {
			return
		}
		complaints++
		if refused {
			fmt.Printf("%s\n  refused here, admitted by Kubernetes\n", name)
		} else {
			fmt.Printf("%s\n  refused by Kubernetes: %s\n", name, strings.Join(reasons, "; "))
		}
	}

	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var one line
		check(json.Unmarshal(lines.Bytes(), &one), lines.Text())
		expect(one.Name+" (v"+one.Version+")", one.Refused, judge(one.Name, "v"+one.Version, one.Object))
	}
	check(lines.Err(), "standard input")
	for _, path := range os.Args[1:] {
		file, err := os.Open(path)
		check(err, path)
		documents := yaml.NewYAMLOrJSONDecoder(file, 4096)
		for {
			var object json.RawMessage
			err := documents.Decode(&object)
			if errors.Is(err, io.EOF) {
				break
			}
			check(err, path)
			if isWorkload(object) {
				expect(path, false, judge(path, "latest", object))
			}
		}
	}
	fmt.Printf("%d passed, %d failed\n", judged-complaints, complaints)
	if complaints > 0 || judged == 0 {
		os.Exit(1)
	}
}

func isWorkload(object []byte) bool {
	var kind metav1.TypeMeta
	check(json.Unmarshal(object, &kind), "a document")
	switch kind.Kind {
	case "Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob":
		return true
	}
	return false
}

// pod finds the pod in a workload. Only its place differs between the kinds.
func pod(object []byte) (*metav1.ObjectMeta, *corev1.PodSpec, error) {
	var kind metav1.TypeMeta
	if err := json.Unmarshal(object, &kind); err != nil {
		return nil, nil, err
	}
	switch kind.Kind {
	case "Pod":
		var pod corev1.Pod
		err := json.Unmarshal(object, &pod)
		return &pod.ObjectMeta, &pod.Spec, err
	case "Job":
		var job batchv1.Job
		err := json.Unmarshal(object, &job)
		return &job.Spec.Template.ObjectMeta, &job.Spec.Template.Spec, err
	case "CronJob":
		var job batchv1.CronJob
		err := json.Unmarshal(object, &job)
		template := &job.Spec.JobTemplate.Spec.Template
		return &template.ObjectMeta, &template.Spec, err
	default:
		// The others have it in the same place as a Deployment.
		var workload appsv1.Deployment
		err := json.Unmarshal(object, &workload)
		return &workload.Spec.Template.ObjectMeta, &workload.Spec.Template.Spec, err
	}
}

func check(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}
