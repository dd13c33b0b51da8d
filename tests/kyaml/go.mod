module initflow.test/kyaml

go 1.26.0

require sigs.k8s.io/yaml v1.6.0

require go.yaml.in/yaml/v3 v3.0.3 // indirect
