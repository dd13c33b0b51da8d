package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/controller"
	daemonutil "k8s.io/kubernetes/pkg/controller/daemon/util"
	"k8s.io/kubernetes/pkg/controller/history"
	labelsutil "k8s.io/kubernetes/pkg/util/labels"
)

// made returns what the API server would refuse in the objects that a stored object's controller creates; `level` is the
// object's path in the requested one. It repeats what Kubernetes does in private functions.
func made(stored runtime.Object, level string) []fieldError {
	var pod *corev1.Pod
	template := level + "spec.template."
	switch owner := stored.(type) {
	case *appsv1.Deployment:
		set := replicaSet(owner)
		errors := place(admitMade(set, appsv1.SchemeGroupVersion.WithKind("ReplicaSet")), "")
		if len(errors) > 0 {
			return errors
		}
		return made(set, level)
	case *appsv1.ReplicaSet:
		pod = fromTemplate(&owner.Spec.Template, owner, "ReplicaSet")
	case *appsv1.StatefulSet:
		pod = statefulPod(owner)
	case *appsv1.DaemonSet:
		pod = daemonPod(owner)
	case *batchv1.CronJob:
		job := scheduled(owner)
		errors := place(admitMade(job, batchv1.SchemeGroupVersion.WithKind("Job")), "spec.jobTemplate.")
		if len(errors) > 0 {
			return errors
		}
		return made(job, "spec.jobTemplate.")
	case *batchv1.Job:
		pod = jobPod(owner)
	default:
		return nil
	}
	return place(admitMade(pod, corev1.SchemeGroupVersion.WithKind("Pod")), template)
}

// admitMade creates an object made by a controller, and changes it to what the API server stores.
func admitMade(object runtime.Object, kind schema.GroupVersionKind) []fieldError {
	legacyscheme.Scheme.Default(object)
	internal, err := legacyscheme.Scheme.ConvertToVersion(object, runtime.InternalGroupVersioner)
	if err != nil {
		return []fieldError{{Type: "InternalError", Detail: err.Error()}}
	}
	var ignored []string
	if errors := create(internal, kind, &ignored); errors != nil {
		return errors
	}
	if err := legacyscheme.Scheme.Convert(internal, object, nil); err != nil {
		return []fieldError{{Type: "InternalError", Detail: err.Error()}}
	}
	return nil
}

// place maps the paths of errors in an object made by a controller to the object it was made from.
func place(errors []fieldError, level string) []fieldError {
	for index := range errors {
		errors[index].Field = level + errors[index].Field
		errors[index].From = fromPod
	}
	return errors
}

func fromTemplate(template *corev1.PodTemplateSpec, owner metav1.Object, kind string) *corev1.Pod {
	group := served[kind]
	pod, err := controller.GetPodFromTemplate(template, owner.(runtime.Object), metav1.NewControllerRef(owner, group.WithKind(kind)))
	if err != nil {
		panic(err)
	}
	pod.Namespace = owner.GetNamespace()
	return pod
}

func replicaSet(owner *appsv1.Deployment) *appsv1.ReplicaSet {
	template := *owner.Spec.Template.DeepCopy()
	hash := controller.ComputeHash(&template, owner.Status.CollisionCount)
	template.Labels = labelsutil.CloneAndAddLabel(template.Labels, appsv1.DefaultDeploymentUniqueLabelKey, hash)
	const longest = 253
	name := owner.Name[:min(len(owner.Name), longest-1-len(hash))]
	return &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{
			Name:            name + "-" + hash,
			Namespace:       owner.Namespace,
			OwnerReferences: reference(owner, "Deployment"),
			Labels:          template.Labels,
		},
		Spec: appsv1.ReplicaSetSpec{
			Replicas:        owner.Spec.Replicas,
			MinReadySeconds: owner.Spec.MinReadySeconds,
			Selector:        labelsutil.CloneSelectorAndAddLabel(owner.Spec.Selector, appsv1.DefaultDeploymentUniqueLabelKey, hash),
			Template:        template,
		},
	}
}

// statefulPod is the first pod of a StatefulSet.
func statefulPod(owner *appsv1.StatefulSet) *corev1.Pod {
	pod := fromTemplate(&owner.Spec.Template, owner, "StatefulSet")
	ordinal := 0
	if owner.Spec.Ordinals != nil {
		ordinal = int(owner.Spec.Ordinals.Start)
	}
	pod.Name = fmt.Sprintf("%s-%d", owner.Name, ordinal)
	pod.Labels[appsv1.StatefulSetPodNameLabel] = pod.Name
	pod.Labels[appsv1.PodIndexLabel] = strconv.Itoa(ordinal)
	pod.Labels[appsv1.StatefulSetRevisionLabel] = revision(owner)
	pod.Spec.Hostname = pod.Name
	pod.Spec.Subdomain = owner.Spec.ServiceName
	claims := map[string]bool{}
	var volumes []corev1.Volume
	for _, claim := range owner.Spec.VolumeClaimTemplates {
		claims[claim.Name] = true
		name := fmt.Sprintf("%s-%s-%d", claim.Name, owner.Name, ordinal)
		source := corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: name}}
		volumes = append(volumes, corev1.Volume{Name: claim.Name, VolumeSource: source})
	}
	for _, volume := range pod.Spec.Volumes {
		if !claims[volume.Name] {
			volumes = append(volumes, volume)
		}
	}
	pod.Spec.Volumes = volumes
	return pod
}

// revision is the name of a StatefulSet's first revision, which its pods carry as a label.
func revision(owner *appsv1.StatefulSet) string {
	versioned := owner.DeepCopy()
	versioned.APIVersion, versioned.Kind = "apps/v1", "StatefulSet"
	text, err := json.Marshal(versioned)
	if err != nil {
		panic(err)
	}
	var fields struct {
		Spec struct {
			Template map[string]any `json:"template"`
		} `json:"spec"`
	}
	if err := json.Unmarshal(text, &fields); err != nil {
		panic(err)
	}
	fields.Spec.Template["$patch"] = "replace"
	patch, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	kind := served["StatefulSet"].WithKind("StatefulSet")
	made, err := history.NewControllerRevision(owner, kind, owner.Spec.Template.Labels, runtime.RawExtension{Raw: patch}, 1, owner.Status.CollisionCount)
	if err != nil {
		panic(err)
	}
	return made.Name
}

func daemonPod(owner *appsv1.DaemonSet) *corev1.Pod {
	generation, err := daemonutil.GetTemplateGeneration(owner)
	if err != nil {
		generation = nil
	}
	hash := controller.ComputeHash(&owner.Spec.Template, owner.Status.CollisionCount)
	template := daemonutil.CreatePodTemplate(owner.Spec.Template, generation, hash)
	template.Spec.Affinity = daemonutil.ReplaceDaemonSetPodNodeNameNodeAffinity(template.Spec.Affinity, "node-1")
	return fromTemplate(&template, owner, "DaemonSet")
}

// scheduled is a Job that a CronJob starts.
func scheduled(owner *batchv1.CronJob) *batchv1.Job {
	due := time.Unix(1_800_000_000, 0)
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Name:            fmt.Sprintf("%s-%d", owner.Name, due.Unix()/60),
			Namespace:       owner.Namespace,
			Labels:          maps.Clone(owner.Spec.JobTemplate.Labels),
			Annotations:     maps.Clone(owner.Spec.JobTemplate.Annotations),
			OwnerReferences: reference(owner, "CronJob"),
		},
		Spec: *owner.Spec.JobTemplate.Spec.DeepCopy(),
	}
	if job.Annotations == nil {
		job.Annotations = map[string]string{}
	}
	job.Annotations[batchv1.CronJobScheduledTimestampAnnotation] = due.UTC().Format(time.RFC3339)
	return job
}

// jobPod is a pod of a Job; if its pods have indices, the one with the last index.
func jobPod(owner *batchv1.Job) *corev1.Pod {
	template := owner.Spec.Template.DeepCopy()
	if !slices.Contains(template.Finalizers, batchv1.JobTrackingFinalizer) {
		template.Finalizers = append(template.Finalizers, batchv1.JobTrackingFinalizer)
	}
	if owner.Spec.CompletionMode == nil || *owner.Spec.CompletionMode != batchv1.IndexedCompletion {
		return fromTemplate(template, owner, "Job")
	}
	last := 0
	if owner.Spec.Completions != nil && *owner.Spec.Completions > 0 {
		last = int(*owner.Spec.Completions) - 1
	}
	indexed(template.Spec.InitContainers)
	indexed(template.Spec.Containers)
	index := strconv.Itoa(last)
	template.Annotations = labelsutil.CloneAndAddLabel(template.Annotations, batchv1.JobCompletionIndexAnnotation, index)
	template.Labels = labelsutil.CloneAndAddLabel(template.Labels, batchv1.JobCompletionIndexAnnotation, index)
	if owner.Spec.BackoffLimitPerIndex != nil {
		template.Annotations[batchv1.JobIndexFailureCountAnnotation] = "0"
	}
	template.Spec.Hostname = owner.Name + "-" + index
	pod := fromTemplate(template, owner, "Job")
	const longest = 58
	suffix := "-" + index + "-"
	if pod.GenerateName = owner.Name + suffix; len(pod.GenerateName) > longest {
		pod.GenerateName = pod.GenerateName[:longest-len(suffix)] + suffix
	}
	return pod
}

// indexed sets the variable with the pod's index in containers.
func indexed(containers []corev1.Container) {
	const name = "JOB_COMPLETION_INDEX"
	for index := range containers {
		container := &containers[index]
		if slices.ContainsFunc(container.Env, func(each corev1.EnvVar) bool { return each.Name == name }) {
			continue
		}
		path := fmt.Sprintf("metadata.labels['%s']", batchv1.JobCompletionIndexAnnotation)
		source := &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: path}}
		container.Env = append(container.Env, corev1.EnvVar{Name: name, ValueFrom: source})
	}
}

func reference(owner metav1.Object, kind string) []metav1.OwnerReference {
	return []metav1.OwnerReference{*metav1.NewControllerRef(owner, served[kind].WithKind(kind))}
}
