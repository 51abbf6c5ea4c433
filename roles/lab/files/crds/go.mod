// Modules of which only the custom resource definitions are read. Nothing is built from them.
module inferops.serving/lab/crds

go 1.26.0

require (
	github.com/envoyproxy/gateway v1.9.1
	github.com/kubeflow/mpi-operator v0.8.2
	github.com/openshift/api v0.0.0-20260501191448-a49973eaef53
	github.com/prometheus-operator/prometheus-operator v0.85.0
	github.com/traefik/traefik/v3 v3.7.13
	istio.io/api v1.31.1
)
