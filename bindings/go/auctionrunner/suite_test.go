package auctionrunner_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// The specs of this package say what Diego's runner does, in our own words. Those labelled "ours" say
// what Diego leaves open or gets wrong; the others hold for Diego's own package just as well.
const ours = "ours"

func TestAuctionRunner(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "auctionrunner")
}
