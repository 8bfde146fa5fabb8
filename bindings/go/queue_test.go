package rostrum_test

import (
	"testing"

	"code.cloudfoundry.org/rostrum"
)

func TestSubmitQueuesEachAuctionOnce(t *testing.T) {
	engine := newEngine(t, "diego")
	if oldest := engine.OldestQueueTimeMS(); oldest != -1 {
		t.Errorf("the oldest of none came at %d, expected -1", oldest)
	}
	added, err := engine.Submit(batchOf(makeLRP("web", 10, 0, 1, 2), makeTask("web", 10)), 100)
	check(t, err)
	if added != 4 || engine.QueueSize() != 4 {
		t.Errorf("%d were added and %d wait, expected 4", added, engine.QueueSize())
	}
	added, err = engine.Submit(batchOf(makeLRP("web", 10, 2, 3)), 50)
	check(t, err)
	if added != 1 || engine.QueueSize() != 5 {
		t.Errorf("%d were added and %d wait, expected 1 and 5", added, engine.QueueSize())
	}
	if oldest := engine.OldestQueueTimeMS(); oldest != 50 {
		t.Errorf("the oldest came at %d, expected 50", oldest)
	}
	check(t, engine.Cancel(rostrum.LRP, "web.3"))
	expectError(t, engine.Cancel(rostrum.LRP, "web.3"), rostrum.ErrNotFound, `"web.3"`)
	expectError(t, engine.Cancel(rostrum.LRP, "web"), rostrum.ErrNotFound, `"web"`)
	check(t, engine.Cancel(rostrum.Task, "web"))
	expectError(t, engine.Cancel(7, "web.1"), rostrum.ErrInvalidArgument, "kind is 7")
	if engine.QueueSize() != 3 {
		t.Errorf("%d wait, expected 3", engine.QueueSize())
	}
}

func TestABadWorkQueuesNothing(t *testing.T) {
	engine := newEngine(t, "diego")
	noDomain := makeLRP("lrp", 10, 0)
	noDomain.Domain = ""
	negative := makeTask("task", -10)
	noRootFS := makeTask("task", 10)
	noRootFS.RootFS = ""
	noKind := makeTask("task", 10)
	noKind.Kind = 0
	indices := makeTask("task", 10)
	indices.Indices = []int32{0}
	for _, test := range []struct {
		work rostrum.Work
		part string
	}{
		{makeTask("", 10), "no task guid"},
		{makeTask("a\x00", 10), "work 1: guid has a NUL byte"},
		{makeLRP("lrp", 10), "indices is empty"},
		{noDomain, "domain is empty"},
		{negative, "memory (MB) is -10"},
		{noRootFS, "rootfs is empty"},
		{noKind, "work 1: kind is 0"},
		{indices, "expected none for a task"},
	} {
		added, err := engine.Submit(batchOf(makeTask("good", 10), test.work), 0)
		expectError(t, err, rostrum.ErrInvalidArgument, test.part)
		if added != 0 || engine.QueueSize() != 0 {
			t.Errorf("%d were added and %d wait, expected none", added, engine.QueueSize())
		}
	}
}

func TestRefusedWorkWaitsWithItsPast(t *testing.T) {
	engine := newEngineOfTwo(t, "diego")
	_, err := engine.Submit(batchOf(makeTask("large", 5000)), 7)
	check(t, err)
	for range 3 {
		runRound(t, engine)
	}
	waiting, err := engine.Waiting()
	check(t, err)
	if len(waiting) != 1 || waiting[0].Attempts != 3 || waiting[0].QueueTimeMS != 7 ||
		waiting[0].LastRefusal != rostrum.RefusalInsufficientResources {
		t.Errorf("what waits is %+v, expected one with 3 attempts since 7", waiting)
	}
	check(t, engine.SetKeepRefused(false))
	runRound(t, engine)
	if size := engine.QueueSize(); size != 0 {
		t.Errorf("%d auctions wait, expected none where refused ones are not kept", size)
	}
}
