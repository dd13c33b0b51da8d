// Judge answers whether Kubernetes accepts an object, what a pod costs, and whether two objects are the same. It runs the
// code of the API server, the controllers and the scheduler, without a server.
//
// It reads one request per line and writes one answer per line, in the same order, until its input ends:
//
//	{"do":"admit","version":"1.37","object":{…}}  or "text":"…" for the YAML or JSON of one object
//	  → {"errors":[{"type","field","detail","from"}],"warnings":["…"]} and, with "defaulted":true, the object as stored
//	{"do":"totals","version":"1.37","pod":{…}}    → {"requests":{…},"limits":{…},"qos":"Burstable"}
//	{"do":"same","left":…,"right":…}              → {"differences":["spec.replicas: left 1, right 2"]}
//
// It answers a request that it cannot serve with {"fault":"…"}.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/capabilities"
)

// request is one line of the input; its fields depend on `do`.
type request struct {
	Do        string
	Version   string
	Object    json.RawMessage
	Text      string
	Defaulted bool
	Pod       json.RawMessage
	Left      json.RawMessage
	Right     json.RawMessage
}

// fault is the answer to a request that cannot be served.
type fault struct {
	Fault string `json:"fault"`
}

// window is the maximum number of requests in a batch.
const window = 512

func main() {
	// Kubernetes logs every change of gates at run time, which emulation requires.
	klog.SetLogger(logr.Discard())
	// Like kubeadm and the clouds, allow privileged containers.
	capabilities.Initialize(capabilities.Capabilities{AllowPrivileged: true})
	lines := make(chan []byte, window)
	go read(os.Stdin, lines)
	out := bufio.NewWriter(os.Stdout)
	for line := range lines {
		batch := [][]byte{line}
		for more := true; more && len(batch) < window; {
			select {
			case line, open := <-lines:
				if more = open; more {
					batch = append(batch, line)
				}
			default:
				more = false
			}
		}
		for _, answer := range answers(batch) {
			out.Write(append(answer, '\n'))
		}
		if err := out.Flush(); err != nil {
			os.Exit(1)
		}
	}
}

func read(in io.Reader, lines chan<- []byte) {
	defer close(lines)
	reader := bufio.NewReaderSize(in, 1<<20)
	for {
		line, err := reader.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			lines <- line
		}
		if err != nil {
			return
		}
	}
}

// answers serves requests for one version in parallel; the emulated version is a state of the process.
func answers(batch [][]byte) [][]byte {
	found := make([][]byte, len(batch))
	requests := make([]request, len(batch))
	var versions []string
	byVersion := map[string][]int{}
	for index, line := range batch {
		if err := json.Unmarshal(line, &requests[index]); err != nil {
			found[index] = encode(fault{fmt.Sprintf("no request: %v", err)})
			continue
		}
		version := requests[index].Version
		if version == "" {
			version = newest
		}
		if byVersion[version] == nil {
			versions = append(versions, version)
		}
		byVersion[version] = append(byVersion[version], index)
	}
	for _, version := range versions {
		if err := emulate(version); err != nil {
			for _, index := range byVersion[version] {
				found[index] = encode(fault{err.Error()})
			}
			continue
		}
		each(byVersion[version], func(index int) { found[index] = encode(serve(requests[index])) })
	}
	return found
}

// each calls a function with every index, in a few goroutines.
func each(indices []int, call func(int)) {
	todo := make(chan int, len(indices))
	for _, index := range indices {
		todo <- index
	}
	close(todo)
	var done sync.WaitGroup
	for range min(len(indices), 4) {
		done.Go(func() {
			for index := range todo {
				call(index)
			}
		})
	}
	done.Wait()
}

func serve(asked request) (answer any) {
	defer func() {
		if cause := recover(); cause != nil {
			answer = fault{fmt.Sprintf("panic: %v", cause)}
		}
	}()
	var err error
	switch asked.Do {
	case "admit":
		answer, err = admit(asked)
	case "totals":
		answer, err = totals(asked.Pod)
	case "same":
		answer, err = same(asked.Left, asked.Right)
	default:
		err = fmt.Errorf("no such request: %q", asked.Do)
	}
	if err != nil {
		return fault{err.Error()}
	}
	return answer
}

func encode(answer any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil {
		return encode(fault{err.Error()})
	}
	return bytes.TrimRight(text.Bytes(), "\n")
}
