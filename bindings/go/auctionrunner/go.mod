module code.cloudfoundry.org/rostrum/auctionrunner

go 1.26.2

require (
	code.cloudfoundry.org v0.0.0
	code.cloudfoundry.org/clock v1.79.0
	code.cloudfoundry.org/lager/v3 v3.82.0
	code.cloudfoundry.org/rostrum v0.0.0
	code.cloudfoundry.org/workpool v0.0.0-20241210013132-62cbb12e809b
	github.com/onsi/ginkgo/v2 v2.32.1
	github.com/onsi/gomega v1.42.1
	github.com/tedsuo/ifrit v0.0.0-20260418191334-846868129986
)

require (
	github.com/Masterminds/semver/v3 v3.5.0 // indirect
	github.com/go-logr/logr v1.4.4 // indirect
	github.com/go-task/slim-sprig/v3 v3.0.0 // indirect
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/google/pprof v0.0.0-20260802141513-ef3492d7dac3 // indirect
	github.com/openzipkin/zipkin-go v0.4.3 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/mod v0.39.0 // indirect
	golang.org/x/net v0.57.0 // indirect
	golang.org/x/sync v0.22.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/text v0.40.0 // indirect
	golang.org/x/tools v0.48.0 // indirect
)

replace (
	code.cloudfoundry.org => ../standins
	code.cloudfoundry.org/rostrum => ..
)
