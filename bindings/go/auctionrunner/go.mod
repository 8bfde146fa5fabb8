module code.cloudfoundry.org/rostrum/auctionrunner

go 1.26.2

require (
	code.cloudfoundry.org v0.0.0
	code.cloudfoundry.org/bbs/models v1.8.0
	code.cloudfoundry.org/clock v1.79.0
	code.cloudfoundry.org/lager/v3 v3.82.0
	code.cloudfoundry.org/rostrum v0.0.0
	code.cloudfoundry.org/workpool v0.0.0-20241210013132-62cbb12e809b
	github.com/onsi/ginkgo/v2 v2.32.1
	github.com/onsi/gomega v1.42.1
	github.com/tedsuo/ifrit v0.0.0-20230516164442-7862c310ad26
)

replace (
	code.cloudfoundry.org => ../standins
	code.cloudfoundry.org/rostrum => ..
)
