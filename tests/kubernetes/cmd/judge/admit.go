package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	core "k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/registry/apps/daemonset"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/apps/replicaset"
	"k8s.io/kubernetes/pkg/registry/apps/statefulset"
	"k8s.io/kubernetes/pkg/registry/batch/cronjob"
	"k8s.io/kubernetes/pkg/registry/batch/job"
	"k8s.io/kubernetes/pkg/registry/core/pod"
)

// verdict is the answer to `admit`: the object is accepted if there are no errors.
type verdict struct {
	Errors    []fieldError   `json:"errors"`
	Warnings  []string       `json:"warnings"`
	Defaulted map[string]any `json:"defaulted,omitempty"`
}

// fieldError says why an object is refused.
type fieldError struct {
	Type   string `json:"type"`
	Field  string `json:"field"`
	Detail string `json:"detail"`
	From   string `json:"from"`
}

const (
	decoding   = "decoding"
	fromObject = "object"
	fromPod    = "pod"
)

// strategies are the API server's strategies to create objects of each kind.
var strategies = map[string]rest.RESTCreateStrategy{
	"Pod":         pod.Strategy,
	"Deployment":  deployment.Strategy,
	"StatefulSet": statefulset.Strategy,
	"DaemonSet":   daemonset.Strategy,
	"ReplicaSet":  replicaset.Strategy,
	"Job":         job.Strategy,
	"CronJob":     cronjob.Strategy,
}

// admit creates an object as the API server would, and then what the controllers derive from it, down to its pods. It does
// not judge what only a cluster can know (quotas, other objects, webhooks).
func admit(asked request) (*verdict, error) {
	text := []byte(asked.Text)
	if asked.Object != nil {
		text = asked.Object
	}
	if len(text) == 0 {
		return nil, errors.New("neither an object nor text to admit")
	}
	answer := &verdict{Errors: []fieldError{}, Warnings: []string{}}
	object, kind, refused := decode(text)
	if refused != nil {
		answer.Errors = refused
		return answer, nil
	}
	answer.Errors = append(answer.Errors, create(object, *kind, &answer.Warnings)...)
	if len(answer.Errors) > 0 {
		return answer, nil
	}
	stored, err := legacyscheme.Scheme.ConvertToVersion(object, kind.GroupVersion())
	if err != nil {
		return nil, err
	}
	if asked.Defaulted {
		if answer.Defaulted, err = plain(stored.DeepCopyObject()); err != nil {
			return nil, err
		}
	}
	answer.Errors = append(answer.Errors, made(stored, "")...)
	return answer, nil
}

// recorder gathers the warnings of one request.
type recorder struct{ warnings *[]string }

func (into recorder) AddWarning(_, text string) { *into.warnings = append(*into.warnings, text) }

// create does what the API server does before it stores an object, and returns why the object is refused.
func create(object runtime.Object, kind schema.GroupVersionKind, warnings *[]string) []fieldError {
	about, err := meta.Accessor(object)
	if err != nil {
		return []fieldError{{Type: "InternalError", Detail: err.Error(), From: fromObject}}
	}
	namespace := about.GetNamespace()
	if namespace == "" {
		namespace = metav1.NamespaceDefault
	}
	strategy := strategies[kind.Kind]
	ctx := genericapirequest.WithNamespace(context.Background(), namespace)
	ctx = genericapirequest.WithRequestInfo(ctx, &genericapirequest.RequestInfo{
		IsResourceRequest: true, Verb: "create", Namespace: namespace,
		APIGroup: kind.Group, APIVersion: kind.Version, Resource: strings.ToLower(kind.Kind) + "s",
	})
	ctx = warning.WithWarningRecorder(ctx, recorder{warnings})
	rest.WipeObjectMetaSystemFields(about)
	rest.FillObjectMetaSystemFields(about)
	about.SetNamespace(namespace)
	if about.GetGenerateName() != "" && about.GetName() == "" {
		about.SetName(generated(about.GetGenerateName()))
	}
	defer withAccount(object)()
	if err := rest.BeforeCreate(strategy, ctx, object); err != nil {
		return causes(err)
	}
	return nil
}

// withAccount gives a pod the account that admission gives it in every cluster, until the returned function is called.
func withAccount(object runtime.Object) func() {
	made, isPod := object.(*core.Pod)
	if !isPod || made.Spec.ServiceAccountName != "" {
		return func() {}
	}
	set := func(account string) {
		made.Spec.ServiceAccountName, made.Spec.DeprecatedServiceAccount = account, account
	}
	set("default")
	return func() { set("") }
}

// generated is a name that the API server could generate; which one makes no difference.
func generated(prefix string) string {
	const longest, suffix = 58, "x7k2p"
	return prefix[:min(len(prefix), longest)] + suffix
}

// causes are the errors that a refusal of the API server lists.
func causes(err error) []fieldError {
	var status *apierrors.StatusError
	if !errors.As(err, &status) || status.ErrStatus.Details == nil || len(status.ErrStatus.Details.Causes) == 0 {
		return []fieldError{{Type: string(apierrors.ReasonForError(err)), Detail: err.Error(), From: fromObject}}
	}
	var found []fieldError
	for _, cause := range status.ErrStatus.Details.Causes {
		kind := strings.TrimPrefix(string(cause.Type), "FieldValue")
		found = append(found, fieldError{Type: kind, Field: cause.Field, Detail: cause.Message, From: fromObject})
	}
	return found
}

// plain is an object as JSON, without the fields that only the API server sets.
func plain(object runtime.Object) (map[string]any, error) {
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, fmt.Errorf("as JSON: %w", err)
	}
	delete(fields, "status")
	if about, ok := fields["metadata"].(map[string]any); ok {
		for _, name := range []string{"uid", "creationTimestamp", "generation"} {
			delete(about, name)
		}
	}
	return fields, nil
}
