package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/component-helpers/resource"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/core/v1/helper/qos"
	"k8s.io/kubernetes/pkg/features"
	podregistry "k8s.io/kubernetes/pkg/registry/core/pod"
)

// cost is the answer to `totals`.
type cost struct {
	Requests map[corev1.ResourceName]string `json:"requests"`
	Limits   map[corev1.ResourceName]string `json:"limits"`
	QoS      corev1.PodQOSClass             `json:"qos"`
}

// totals are what the scheduler counts for a pod with this PodSpec after the API server has stored it.
func totals(spec json.RawMessage) (*cost, error) {
	pod := &corev1.Pod{}
	if err := json.NewDecoder(bytes.NewReader(spec)).Decode(&pod.Spec); err != nil {
		return nil, fmt.Errorf("not a PodSpec: %w", err)
	}
	legacyscheme.Scheme.Default(pod)
	internal, err := legacyscheme.Scheme.ConvertToVersion(pod, runtime.InternalGroupVersioner)
	if err != nil {
		return nil, err
	}
	podregistry.Strategy.PrepareForCreate(context.Background(), internal.(*core.Pod))
	stored := &corev1.Pod{}
	if err := legacyscheme.Scheme.Convert(internal, stored, nil); err != nil {
		return nil, err
	}
	// A cluster writes and reads it in between, so no two of its quantities share memory.
	stored = stored.DeepCopy()
	// The other options concern pods that already run.
	options := resource.PodResourcesOptions{
		SkipPodLevelResources: !utilfeature.DefaultFeatureGate.Enabled(features.PodLevelResources),
	}
	return &cost{
		Requests: written(resource.PodRequests(stored, options)),
		Limits:   written(resource.PodLimits(stored, options)),
		QoS:      qos.ComputePodQOS(stored),
	}, nil
}

func written(list corev1.ResourceList) map[corev1.ResourceName]string {
	found := make(map[corev1.ResourceName]string, len(list))
	for name, quantity := range list {
		found[name] = quantity.String()
	}
	return found
}
