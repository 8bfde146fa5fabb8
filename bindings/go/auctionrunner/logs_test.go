package auctionrunner_test

import (
	"maps"
	"strings"

	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/lager/v3/lagertest"

	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gstruct"
)

// logged returns the data of all messages that end in name, without what the logger adds. Numbers
// come as float64, as from any JSON.
func logged(logger *lagertest.TestLogger, name string) []lager.Data {
	found := []lager.Data{}
	for _, entry := range logger.Logs() {
		if strings.HasSuffix(entry.Message, "."+name) {
			data := maps.Clone(entry.Data)
			delete(data, "session")
			found = append(found, data)
		}
	}
	return found
}

// loggedMessages returns all messages, without the logger's own name.
func loggedMessages(logger *lagertest.TestLogger, prefix string) []string {
	messages := []string{}
	for _, entry := range logger.Logs() {
		messages = append(messages, strings.TrimPrefix(entry.Message, prefix))
	}
	return messages
}

// haveData matches data with exactly these keys, whose values may be matchers.
func haveData(expected lager.Data) OmegaMatcher {
	keys := gstruct.Keys{}
	for key, value := range expected {
		matcher, ok := value.(OmegaMatcher)
		if !ok {
			matcher = Equal(value)
		}
		keys[key] = matcher
	}
	return gstruct.MatchAllKeys(keys)
}
