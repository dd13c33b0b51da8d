package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// sameness is the answer to `same`.
type sameness struct {
	Differences []string `json:"differences"`
}

// same compares two objects, each given as JSON or as a string of YAML or JSON, after defaulting: quantities by value,
// lists in order, and empty values like absent ones.
func same(left, right json.RawMessage) (*sameness, error) {
	one, err := typed(left)
	if err != nil {
		return nil, fmt.Errorf("left: %w", err)
	}
	other, err := typed(right)
	if err != nil {
		return nil, fmt.Errorf("right: %w", err)
	}
	if reflect.TypeOf(one) != reflect.TypeOf(other) {
		return &sameness{[]string{fmt.Sprintf("kind: left %T, right %T", one, other)}}, nil
	}
	for _, object := range []runtime.Object{one, other} {
		if err := forgetCluster(object); err != nil {
			return nil, err
		}
	}
	found := sameness{[]string{}}
	found.compare("", reflect.ValueOf(one).Elem(), reflect.ValueOf(other).Elem())
	return &found, nil
}

// forgetCluster removes what a cluster sets by itself, whatever a manifest says.
func forgetCluster(object runtime.Object) error {
	metadata, err := meta.Accessor(object)
	if err != nil {
		return err
	}
	metadata.SetCreationTimestamp(metav1.Time{})
	metadata.SetDeletionGracePeriodSeconds(nil)
	metadata.SetDeletionTimestamp(nil)
	metadata.SetGeneration(0)
	metadata.SetManagedFields(nil)
	metadata.SetResourceVersion("")
	metadata.SetSelfLink("")
	metadata.SetUID("")
	reflect.ValueOf(object).Elem().FieldByName("Status").SetZero()
	return nil
}

func typed(given json.RawMessage) (runtime.Object, error) {
	text := []byte(given)
	if bytes.HasPrefix(bytes.TrimSpace(given), []byte(`"`)) {
		var inner string
		if err := json.Unmarshal(given, &inner); err != nil {
			return nil, err
		}
		text = []byte(inner)
	}
	internal, kind, errors := decode(text)
	if errors != nil {
		return nil, fmt.Errorf("%v", errors)
	}
	object, err := legacyscheme.Scheme.ConvertToVersion(internal, kind.GroupVersion())
	if err != nil {
		return nil, err
	}
	return object, nil
}

var (
	quantity = reflect.TypeFor[resource.Quantity]()
	instant  = reflect.TypeFor[metav1.Time]()
)

func (found *sameness) compare(path string, left, right reflect.Value) {
	if nothing(left) && nothing(right) {
		return
	}
	switch kind := left.Kind(); {
	case left.Type() == quantity:
		one, other := left.Interface().(resource.Quantity), right.Interface().(resource.Quantity)
		if one.Cmp(other) != 0 {
			found.add(path, one.String(), other.String())
		}
	case left.Type() == instant || kind == reflect.Interface:
		if !reflect.DeepEqual(left.Interface(), right.Interface()) {
			found.add(path, left.Interface(), right.Interface())
		}
	case nothing(left) || nothing(right):
		found.add(path, shown(left), shown(right))
	case kind == reflect.Pointer:
		found.compare(path, left.Elem(), right.Elem())
	case kind == reflect.Struct:
		for index := range left.NumField() {
			name, _, _ := strings.Cut(left.Type().Field(index).Tag.Get("json"), ",")
			if !left.Type().Field(index).IsExported() {
				continue
			}
			found.compare(join(path, name), left.Field(index), right.Field(index))
		}
	case kind == reflect.Slice:
		found.list(path, left, right)
	case kind == reflect.Map:
		found.entries(path, left, right)
	default:
		if !left.Equal(right) {
			found.add(path, left.Interface(), right.Interface())
		}
	}
}

func (found *sameness) list(path string, left, right reflect.Value) {
	if left.Len() != right.Len() {
		found.add(path, shown(left), shown(right))
		return
	}
	for index := range left.Len() {
		found.compare(fmt.Sprintf("%s[%d]", path, index), left.Index(index), right.Index(index))
	}
}

func (found *sameness) entries(path string, left, right reflect.Value) {
	keys := map[string]reflect.Value{}
	for _, key := range append(left.MapKeys(), right.MapKeys()...) {
		keys[key.String()] = key
	}
	names := make([]string, 0, len(keys))
	for name := range keys {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		one, other := left.MapIndex(keys[name]), right.MapIndex(keys[name])
		if one.IsValid() && other.IsValid() {
			found.compare(join(path, name), one, other)
		} else {
			found.add(join(path, name), shown(one), shown(other))
		}
	}
}

func (found *sameness) add(path string, left, right any) {
	found.Differences = append(found.Differences, fmt.Sprintf("%s: left %v, right %v", path, left, right))
}

// nothing reports whether a value is a nil pointer, or an empty list or map.
func nothing(value reflect.Value) bool {
	switch value.Kind() {
	case reflect.Pointer, reflect.Interface:
		return value.IsNil()
	case reflect.Slice, reflect.Map:
		return value.Len() == 0
	default:
		return false
	}
}

func shown(value reflect.Value) string {
	if !value.IsValid() {
		return "nothing"
	}
	text, err := json.Marshal(value.Interface())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func join(path, name string) string {
	if path == "" || name == "" {
		return path + name
	}
	return path + "." + name
}
