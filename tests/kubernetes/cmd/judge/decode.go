package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	"sigs.k8s.io/yaml"
)

// served are the kinds that the judge knows, and the version of the API that each belongs to.
var served = map[string]schema.GroupVersion{
	"Pod":         {Version: "v1"},
	"Deployment":  {Group: "apps", Version: "v1"},
	"StatefulSet": {Group: "apps", Version: "v1"},
	"DaemonSet":   {Group: "apps", Version: "v1"},
	"ReplicaSet":  {Group: "apps", Version: "v1"},
	"Job":         {Group: "batch", Version: "v1"},
	"CronJob":     {Group: "batch", Version: "v1"},
}

var serializers = func() map[string]runtime.Serializer {
	found := map[string]runtime.Serializer{}
	for _, info := range legacyscheme.Codecs.SupportedMediaTypes() {
		found[info.MediaType] = info.StrictSerializer
	}
	return found
}()

// decode reads an object into its internal type, with defaults, as the API server does with fieldValidation=Strict.
func decode(text []byte) (runtime.Object, *schema.GroupVersionKind, []fieldError) {
	media := "application/yaml"
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		media = "application/json"
	}
	if errors := known(text, media); errors != nil {
		return nil, nil, errors
	}
	decoder := legacyscheme.Codecs.DecoderToVersion(serializers[media], runtime.InternalGroupVersioner)
	object, kind, err := decoder.Decode(text, nil, nil)
	if err != nil {
		return nil, nil, refusals(err)
	}
	return object, kind, nil
}

// known returns what is wrong with an object's kind or the version of its API.
func known(text []byte, media string) []fieldError {
	var kind struct{ APIVersion, Kind string }
	var object any = &kind
	if media == "application/json" {
		// The serializer reports what is wrong with text that is not JSON.
		if json.Unmarshal(text, object) != nil {
			return nil
		}
	} else if yaml.Unmarshal(text, object) != nil {
		return nil
	}
	group, ok := served[kind.Kind]
	switch {
	case kind.Kind == "":
		return []fieldError{{Type: decoding, Field: "kind", Detail: "object 'kind' is missing", From: fromObject}}
	case kind.APIVersion == "":
		return []fieldError{{Type: decoding, Field: "apiVersion", Detail: "object 'apiVersion' is missing", From: fromObject}}
	case !ok:
		return []fieldError{{Type: decoding, Field: "kind", Detail: fmt.Sprintf("no matches for kind %q", kind.Kind), From: fromObject}}
	case kind.APIVersion != group.String():
		detail := fmt.Sprintf("no matches for kind %q in version %q", kind.Kind, kind.APIVersion)
		return []fieldError{{Type: decoding, Field: "apiVersion", Detail: detail, From: fromObject}}
	}
	return nil
}

// refusals are the errors that a decoder reports, each with its field if the message has one.
func refusals(err error) []fieldError {
	causes := []error{err}
	if strict, ok := runtime.AsStrictDecodingError(err); ok {
		causes = strict.Errors()
	}
	var found []fieldError
	for _, cause := range causes {
		detail := cause.Error()
		found = append(found, fieldError{Type: decoding, Field: fieldOf(detail), Detail: detail, From: fromObject})
	}
	return found
}

var (
	quoted = regexp.MustCompile(`(?:unknown|duplicate) field "([^"]*)"`)
	member = regexp.MustCompile(`into Go struct field ([^ ]+) of type`)
	key    = regexp.MustCompile(`key "([^"]*)" already set in map`)
)

// fieldOf is the path that a decoder's message names, without indices where the decoder leaves them out.
func fieldOf(detail string) string {
	if found := quoted.FindStringSubmatch(detail); found != nil {
		return found[1]
	}
	if found := member.FindStringSubmatch(detail); found != nil {
		// The name of the Go type precedes the path.
		_, path, _ := strings.Cut(found[1], ".")
		return path
	}
	if found := key.FindStringSubmatch(detail); found != nil {
		return found[1]
	}
	return ""
}
