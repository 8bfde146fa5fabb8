package rostrum_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"code.cloudfoundry.org/rostrum"
)

// scoring is a strategy of one function, to which the types below add what they need.
type scoring func(*rostrum.AuctionView, *rostrum.CellView) (rostrum.Score, error)

func (scoring) Name() string { return "test" }
func (s scoring) Score(auction *rostrum.AuctionView, cell *rostrum.CellView) (rostrum.Score, error) {
	return s(auction, cell)
}

func equal(*rostrum.AuctionView, *rostrum.CellView) (rostrum.Score, error) {
	return rostrum.Score{}, nil
}

type accepting struct {
	scoring
	accepts func(*rostrum.AuctionView, *rostrum.CellView) (bool, string, error)
}

func (a accepting) Accepts(auction *rostrum.AuctionView, cell *rostrum.CellView) (bool, string, error) {
	return a.accepts(auction, cell)
}

type beginning struct {
	scoring
	begin func(rostrum.RoundContext) error
}

func (b beginning) BeginRound(context rostrum.RoundContext) error { return b.begin(context) }

type keyed struct {
	scoring
	key func(*rostrum.AuctionView) float64
}

func (k keyed) OrderKey(auction *rostrum.AuctionView) float64 { return k.key(auction) }

type ordered struct {
	scoring
	order rostrum.Order
}

func (o ordered) Order() rostrum.Order { return o.order }

type balancing struct{ scoring }

func (balancing) BalancesZones() bool { return true }

// based has no score but that of the cell.
type based func(*rostrum.CellView) (rostrum.Score, error)

func (based) Name() string                                              { return "test" }
func (b based) BaseScore(cell *rostrum.CellView) (rostrum.Score, error) { return b(cell) }

type basedAndAccepting struct {
	based
	accepting
}

func (basedAndAccepting) Name() string { return "test" }

type named struct {
	scoring
	name string
}

func (n named) Name() string { return n.name }

type nothing struct{}

func (nothing) Name() string { return "nothing" }

var (
	_ rostrum.Scorer        = scoring(nil)
	_ rostrum.Accepter      = accepting{}
	_ rostrum.RoundBeginner = beginning{}
	_ rostrum.OrderKeyer    = keyed{}
	_ rostrum.Orderer       = ordered{}
	_ rostrum.ZoneBalancer  = balancing{}
	_ rostrum.BaseScorer    = based(nil)
)

// newEngineOf has cells "a" and "b" of 1000 MB in one zone, "b" having index 1.
func newEngineOf(t testing.TB, implementation rostrum.GoStrategy) (*rostrum.Engine, *rostrum.Strategy) {
	t.Helper()
	strategy, err := rostrum.NewGoStrategy(implementation)
	check(t, err)
	t.Cleanup(func() { strategy.Close() })
	engine := newEngineWith(t, strategy)
	b := makeCell("b", "zone", 1000)
	b.Index = 1
	feed(t, engine, makeCell("a", "zone", 1000), b)
	return engine, strategy
}

func TestAScoreOfGoDecides(t *testing.T) {
	engine, strategy := newEngineOf(t, scoring(
		func(_ *rostrum.AuctionView, cell *rostrum.CellView) (rostrum.Score, error) {
			return rostrum.Score{Value: 1000, Tier: -cell.Index}, nil
		}))
	feed(t, engine, makeTask("task", 10))
	round := runRound(t, engine)
	expectPlaced(t, round, "task", "b") // The tier counts first.
	if got, want := decisionOf(t, round, "task").Score, (rostrum.Score{Value: 1000, Tier: -1}); got != want {
		t.Errorf("the score is %+v, expected %+v", got, want)
	}
	if strategy.Name() != "test" || strategy.Failure() != nil {
		t.Errorf("the strategy %q failed with %v", strategy.Name(), strategy.Failure())
	}
	explanation, err := engine.Explain(t.Context(), round, rostrum.Task, "task")
	check(t, err)
	if answer := explanation.Answers[1]; !answer.Winner || answer.Score.Tier != -1 {
		t.Errorf("cell b answers %+v, expected it to win", answer)
	}
}

func TestAStrategySeesAuctionAndCell(t *testing.T) {
	var auction rostrum.AuctionView
	var cell rostrum.CellView
	var guid, id, zone string
	engine, _ := newEngineOf(t, scoring(
		func(a *rostrum.AuctionView, c *rostrum.CellView) (rostrum.Score, error) {
			if c.ID() == "c" {
				auction, cell = *a, *c
				guid, id, zone = a.GUID(), c.ID(), c.Zone()
			}
			return rostrum.Score{}, nil
		}))
	c := makeCell("c", "zone", 1000)
	c.Index, c.Tag, c.TaskCount, c.StartingContainers = 7, 99, 3, 2
	c.ProxyMemory = rostrum.Units(32)
	c.LRPs, c.OtherLRPs = []string{"web", "db", "web"}, 5
	c.Available.Memory -= rostrum.Units(300)
	c.Available.Disk -= rostrum.Units(400)
	c.Available.CPU -= rostrum.Units(10)
	c.Available.Containers -= 20
	web := makeLRP("web", 10, 4)
	web.Asked.CPU = rostrum.Units(2)
	feed(t, engine, c)
	_, err := engine.Submit(batchOf(web), 1234)
	check(t, err)
	runRound(t, engine)
	wantAuction := rostrum.AuctionView{
		Kind: rostrum.LRP, Index: 4, QueueTimeMS: 1234, Memory: rostrum.Units(10),
		Disk: rostrum.Units(1), CPU: rostrum.Units(2),
	}
	wantCell := rostrum.CellView{
		Index: 7, Position: 2, MemoryTotal: rostrum.Units(1000), MemoryFree: rostrum.Units(700),
		DiskTotal: rostrum.Units(1_000_000), DiskFree: rostrum.Units(999_600),
		CPUTotal: rostrum.Units(64), CPUFree: rostrum.Units(54), ContainersTotal: 1000, ContainersFree: 980,
		ProxyMemory: rostrum.Units(32), StartingContainers: 2, LRPCount: 8, TaskCount: 3, Instances: 2, Tag: 99,
	}
	// Texts apart: they are of the call.
	if got, want := fmt.Sprintf("%+v", exported(auction)), fmt.Sprintf("%+v", exported(wantAuction)); got != want {
		t.Errorf("the auction is seen as\n%s\nexpected\n%s", got, want)
	}
	if got, want := fmt.Sprintf("%+v", exported(cell)), fmt.Sprintf("%+v", exported(wantCell)); got != want {
		t.Errorf("the cell is seen as\n%s\nexpected\n%s", got, want)
	}
	if guid != "web" || id != "c" || zone != "zone" {
		t.Errorf("the texts are %q, %q and %q", guid, id, zone)
	}
}

// A view is of no use after its call, but does no harm.
func TestAViewThatIsKeptNamesNothing(t *testing.T) {
	var auction *rostrum.AuctionView
	var cell *rostrum.CellView
	engine, _ := newEngineOf(t, scoring(
		func(a *rostrum.AuctionView, c *rostrum.CellView) (rostrum.Score, error) {
			auction, cell = a, c
			return rostrum.Score{}, nil
		}))
	feed(t, engine, makeTask("task", 10))
	runRound(t, engine)
	engine.Close()
	if auction.GUID() != "" || cell.ID() != "" || cell.Zone() != "" {
		t.Errorf("views that are kept name %q, %q and %q", auction.GUID(), cell.ID(), cell.Zone())
	}
}

func TestACellThatIsNotAcceptedHasAReason(t *testing.T) {
	long := strings.Repeat("ü", 200) // 400 bytes.
	for name, test := range map[string]struct{ said, seen string }{
		"short":   {"not on a Monday", "not on a Monday"},
		"none":    {"", "no reason given"},
		"long":    {long, long[:254]}, // Of 255 bytes the last would be half a character.
		"binary":  {"\x80\x80", "\x80\x80"},
		"NUL":     {"this\x00and not this", "this"},
		"255":     {strings.Repeat("x", 255), strings.Repeat("x", 255)},
		"256":     {strings.Repeat("x", 256), strings.Repeat("x", 255)},
		"garbage": {strings.Repeat("\x80", 400), strings.Repeat("\x80", 255)},
	} {
		engine, _ := newEngineOf(t, accepting{equal,
			func(_ *rostrum.AuctionView, cell *rostrum.CellView) (bool, string, error) {
				return cell.ID() == "x", test.said, nil
			}})
		feed(t, engine, makeTask("task", 10))
		refusal := expectRefused(t, runRound(t, engine), "task", rostrum.RefusalStrategyRefused, `strategy "test"`)
		want := rostrum.Reason{Subject: test.seen, Code: rostrum.ReasonStrategy, Cells: 2}
		if len(refusal.Reasons) != 1 || refusal.Reasons[0] != want {
			t.Errorf("%s: the reasons are %+v, expected %+v", name, refusal.Reasons, want)
		}
	}
}

func TestOnlyAcceptedCellsAreAChoice(t *testing.T) {
	engine, _ := newEngineOf(t, accepting{equal,
		func(auction *rostrum.AuctionView, cell *rostrum.CellView) (bool, string, error) {
			return cell.ID() == auction.GUID(), "other name", nil
		}})
	feed(t, engine, makeTask("a", 10), makeTask("b", 10))
	round := runRound(t, engine)
	expectPlaced(t, round, "a", "a")
	expectPlaced(t, round, "b", "b")
}

// sickError is an error that cannot even say what it is.
type sickError struct{ text string }

func (e *sickError) Error() string { return e.text }

var errOfTest = errors.New("an error of the test")

// What Go fails with costs the auction at hand, and only that; the strategy remembers it.
func TestFailuresCostTheAuction(t *testing.T) {
	var nobody *rostrum.Cell
	failing := func(fail func() error) func(*rostrum.AuctionView) error {
		return func(auction *rostrum.AuctionView) error {
			if auction.GUID() == "bad" {
				return fail()
			}
			return nil
		}
	}
	for name, test := range map[string]struct {
		fail func() error
		want string
	}{
		"error":     {func() error { return errOfTest }, "an error of the test"},
		"panic":     {func() error { panic("oh") }, "panic: oh"},
		"errors":    {func() error { panic(errOfTest) }, "panic: an error of the test"},
		"nil":       {func() error { return errors.New(nobody.ID) }, "panic: runtime error: invalid memory address"},
		"nil panic": {func() error { panic(nil) }, "panic: panic called with nil argument"},
	} {
		for part, implementation := range map[string]rostrum.GoStrategy{
			"score": scoring(func(auction *rostrum.AuctionView, _ *rostrum.CellView) (rostrum.Score, error) {
				return rostrum.Score{}, failing(test.fail)(auction)
			}),
			"accepts": accepting{equal, func(auction *rostrum.AuctionView, _ *rostrum.CellView) (bool, string, error) {
				return true, "", failing(test.fail)(auction)
			}},
		} {
			engine, strategy := newEngineOf(t, implementation)
			feed(t, engine, makeTask("bad", 10), makeTask("good", 10))
			round := runRound(t, engine)
			expectRefused(t, round, "bad", rostrum.RefusalStrategyFailed, "its "+part+" failed: "+test.want)
			expectPlaced(t, round, "good", "a")
			expectFailure(t, name, strategy, test.want)
		}
		strategy := failingBase(t, test.fail, test.want)
		expectFailure(t, name, strategy, test.want)
	}
}

// A refusal's text is one line, whatever a strategy fails with.
func TestFailuresAreToldInOneLine(t *testing.T) {
	for want, fail := range map[string]func() error{
		"its score failed: panic: two lines \ufffd":     func() error { panic("two\nlines\x00\xff") },
		"its score failed: <nil>":                       func() error { return (*sickError)(nil) },
		"its score failed: " + strings.Repeat("é", 511): func() error { return errors.New(strings.Repeat("é", 512)) },
		"its score returned -1, expected 0":             func() error { return errors.New("") },
		"its score failed: panic: an error of the test": func() error { panic(fmt.Errorf("%w", errOfTest)) },
	} {
		engine, _ := newEngineOf(t, scoring(func(*rostrum.AuctionView, *rostrum.CellView) (rostrum.Score, error) {
			return rostrum.Score{}, fail()
		}))
		feed(t, engine, makeTask("task", 10))
		refusal := expectRefused(t, runRound(t, engine), "task", rostrum.RefusalStrategyFailed, want)
		if !strings.HasSuffix(refusal.Text, want) {
			t.Errorf("the text is %q, expected it to end with %q", refusal.Text, want)
		}
	}
}

// What failed in one round is not told of another.
func TestAFailureIsToldOnce(t *testing.T) {
	key := func(*rostrum.AuctionView) float64 { panic("no key") }
	engine, _ := newEngineOf(t, keyed{equal, func(auction *rostrum.AuctionView) float64 { return key(auction) }})
	feed(t, engine, makeTask("task", 10))
	expectRefused(t, runRound(t, engine), "task", rostrum.RefusalStrategyFailed, "panic: no key")
	key = func(*rostrum.AuctionView) float64 { return math.NaN() }
	expectRefused(t, runRound(t, engine), "task", rostrum.RefusalStrategyFailed, "its order key is NaN")
}

// failingBase runs a round whose base score fails.
func failingBase(t *testing.T, fail func() error, text string) *rostrum.Strategy {
	t.Helper()
	engine, strategy := newEngineOf(t, based(func(*rostrum.CellView) (rostrum.Score, error) {
		return rostrum.Score{}, fail()
	}))
	feed(t, engine, makeTask("task", 10))
	round, err := engine.RunRound(t.Context(), 0, 0)
	if err != nil {
		expectError(t, err, rostrum.ErrFailedPrecondition, "its base_score failed: "+text)
		return strategy
	}
	defer round.Close()
	expectRefused(t, round, "task", rostrum.RefusalStrategyFailed, "its base_score failed: "+text)
	return strategy
}

func expectFailure(t *testing.T, name string, strategy *rostrum.Strategy, part string) {
	t.Helper()
	failure := strategy.Failure()
	if failure == nil || !strings.Contains(failure.Error(), part) {
		t.Errorf("%s: the strategy failed with %v, expected %q", name, failure, part)
		return
	}
	if strings.Contains(part, errOfTest.Error()) != errors.Is(failure, errOfTest) {
		t.Errorf("%s: whether %v is the test's error is wrong", name, failure)
	}
	var panicked *rostrum.PanicError
	if errors.As(failure, &panicked) && !strings.Contains(string(panicked.Stack), "gostrategy_test.go") {
		t.Errorf("%s: the stack does not lead to the panic:\n%s", name, panicked.Stack)
	}
}

func TestScoresThatAreNoNumber(t *testing.T) {
	for value, placed := range map[float64]bool{
		math.NaN(): false, 0: true, math.Copysign(0, -1): true, math.Inf(1): true, math.Inf(-1): true,
		math.MaxFloat64: true, math.SmallestNonzeroFloat64: true,
	} {
		engine, strategy := newEngineOf(t, scoring(
			func(*rostrum.AuctionView, *rostrum.CellView) (rostrum.Score, error) {
				return rostrum.Score{Value: value}, nil
			}))
		feed(t, engine, makeTask("task", 10))
		round := runRound(t, engine)
		if !placed {
			expectRefused(t, round, "task", rostrum.RefusalStrategyFailed, "NaN")
		} else if got := decisionOf(t, round, "task").Score.Value; got != value ||
			math.Signbit(got) != math.Signbit(value) {
			t.Errorf("a score of %v is told as %v", value, got)
		}
		if strategy.Failure() != nil {
			t.Errorf("the strategy failed with %v, but the score alone is bad", strategy.Failure())
		}
	}
}

func TestBeginRoundIsToldTheContext(t *testing.T) {
	var begun []rostrum.RoundContext
	var fail error
	engine, strategy := newEngineOf(t, beginning{equal, func(context rostrum.RoundContext) error {
		begun = append(begun, context)
		if fail == errOfTest {
			panic(fail)
		}
		return fail
	}})
	check(t, engine.SetOption("starting_container_weight", "0.75"))
	check(t, engine.SetOption("bin_pack_first_fit_weight", "2"))
	check(t, engine.SetOption("starting_container_count_maximum", "9"))
	feed(t, engine, makeTask("task", 10))
	for _, fail = range []error{errors.New("not now"), errOfTest} {
		round, err := engine.RunRound(t.Context(), 5, 6)
		if round != nil {
			t.Error("a round that could not begin is there")
		}
		expectError(t, err, rostrum.ErrFailedPrecondition, "its begin_round failed: ")
		expectError(t, err, rostrum.ErrFailedPrecondition, fail.Error())
		if failure := strategy.Failure(); !errors.Is(failure, fail) {
			t.Errorf("the strategy failed with %v, expected %v", failure, fail)
		}
		if engine.QueueSize() != 1 {
			t.Errorf("%d wait, expected the task", engine.QueueSize())
		}
	}
	fail = nil
	round, err := engine.RunRound(t.Context(), 7, 8)
	check(t, err)
	defer round.Close()
	expectPlaced(t, round, "task", "a")
	want := rostrum.RoundContext{Seed: 7, NowMS: 8, BinPackFirstFitWeight: 2, StartingContainerWeight: 0.75,
		StartingContainerCountMaximum: 9}
	if got := begun[len(begun)-1]; got != want {
		t.Errorf("the round began with %+v, expected %+v", got, want)
	}
}

// orderOf returns the decisions' identifiers in the order in which they were made.
func orderOf(round *rostrum.Round) string {
	var identifiers []string
	for i := range round.Len() {
		identifiers = append(identifiers, round.Decision(i).Identifier)
	}
	return strings.Join(identifiers, " ")
}

func TestOrderIsTheStrategysToSay(t *testing.T) {
	byGUID := func(auction *rostrum.AuctionView) float64 {
		if auction.GUID() == "panic" {
			panic("no key")
		}
		if auction.GUID() == "nan" {
			return math.NaN()
		}
		return -float64(auction.GUID()[0])
	}
	tasks := []any{makeTask("b", 20), makeTask("c", 10), makeTask("a", 30)}
	for want, implementation := range map[string]rostrum.GoStrategy{
		"c b a": keyed{equal, byGUID},
		"a b c": ordered{equal, rostrum.OrderLargerFirst},
	} {
		engine, _ := newEngineOf(t, implementation)
		feed(t, engine, tasks...)
		if got := orderOf(runRound(t, engine)); got != want {
			t.Errorf("the order is %q, expected %q", got, want)
		}
	}
	engine, strategy := newEngineOf(t, keyed{equal, byGUID})
	feed(t, engine, makeTask("panic", 10), makeTask("x", 10), makeTask("nan", 10))
	round := runRound(t, engine)
	expectRefused(t, round, "nan", rostrum.RefusalStrategyFailed, "its order key is NaN")
	expectRefused(t, round, "panic", rostrum.RefusalStrategyFailed, "its order_key failed: panic: no key")
	expectPlaced(t, round, "x", "a")
	expectFailure(t, "key", strategy, "panic: no key")
}

// Of zones with as many instances the first by name is taken, so that instances spread only where the
// strategy asks for it.
func TestZonesAreBalancedIfTheStrategySaysSo(t *testing.T) {
	for implementation, want := range map[rostrum.GoStrategy]string{
		&balancing{equal}: "z1 z2", &ordered{equal, rostrum.OrderDiego}: "z1 z1",
	} {
		strategy, err := rostrum.NewGoStrategy(implementation)
		check(t, err)
		defer strategy.Close()
		engine := newEngineWith(t, strategy)
		feed(t, engine, makeCell("z1", "z1", 1000), makeCell("z2", "z2", 1000), makeLRP("web", 10, 0, 1))
		round := runRound(t, engine)
		if got := decisionOf(t, round, "web.0").CellID + " " + decisionOf(t, round, "web.1").CellID; got != want {
			t.Errorf("the instances are on %s, expected %s", got, want)
		}
	}
}

func TestABaseScoreSearches(t *testing.T) {
	calls := 0
	strategy, err := rostrum.NewGoStrategy(based(func(cell *rostrum.CellView) (rostrum.Score, error) {
		calls++
		return rostrum.Score{Value: float64(cell.MemoryFree)}, nil
	}))
	check(t, err)
	defer strategy.Close()
	engine := newEngineWith(t, strategy)
	values := []any{}
	for i := range 100 {
		values = append(values, makeCell(fmt.Sprintf("cell-%02d", i), "zone", int64(1000-i)))
	}
	for i := range 100 {
		values = append(values, makeTask(fmt.Sprint("task", i), 10))
	}
	feed(t, engine, values...)
	round := runRound(t, engine)
	// The smallest first: each fills up before the next.
	for i := range round.Len() {
		if got, want := round.Decision(i).CellID, fmt.Sprintf("cell-%02d", 99-i/90); got != want {
			t.Fatalf("decision %d is on %s, expected %s", i, got, want)
		}
	}
	if calls >= 100*100 {
		t.Errorf("the base score was asked for %d times, as often as a scan", calls)
	}
}

func TestStrategiesThatLackSomethingAreRefused(t *testing.T) {
	for _, test := range []struct {
		implementation rostrum.GoStrategy
		part           string
	}{
		{nil, "the implementation is nil"},
		{nothing{}, "it needs a function score or base_score"},
		{named{equal, ""}, "has no name"},
		{named{equal, "a\x00b"}, `name is "a\x00b"`},
		{ordered{equal, 0}, "order is 0"},
		{ordered{equal, 4}, "order is 4"},
		{ordered{equal, rostrum.OrderByKey}, "needs the function order_key"},
		{basedAndAccepting{accepting: accepting{equal, nil}}, "base_score and accepts exclude"},
	} {
		strategy, err := rostrum.NewGoStrategy(test.implementation)
		expectError(t, err, rostrum.ErrInvalidArgument, test.part)
		if strategy != nil {
			t.Errorf("there is a strategy that lacks something: %q", test.part)
		}
	}
}

// Each engine runs its own rounds, each with a strategy of its own made of one implementation.
func TestEnginesRunRoundsOfGoAtTheSameTime(t *testing.T) {
	ownCell := scoring(func(auction *rostrum.AuctionView, cell *rostrum.CellView) (rostrum.Score, error) {
		if cell.ID() == auction.GUID() {
			return rostrum.Score{Value: -1}, nil
		}
		return rostrum.Score{}, nil
	})
	var all sync.WaitGroup
	for worker := range 4 {
		all.Add(1)
		go func() {
			defer all.Done()
			if err := placeOnOwnCells(ownCell, worker); err != nil {
				t.Error(err)
			}
		}()
	}
	all.Wait()
}

// placeOnOwnCells expects each task on the cell of its name.
func placeOnOwnCells(implementation rostrum.GoStrategy, worker int) error {
	strategy, err := rostrum.NewGoStrategy(implementation)
	if err != nil {
		return err
	}
	defer strategy.Close()
	engine, err := rostrum.NewEngine(strategy)
	if err != nil {
		return err
	}
	defer engine.Close()
	batch := batchOf()
	for i := range 20 {
		cell := makeCell(fmt.Sprintf("%d-%d", worker, i), "zone", 1000)
		work := makeTask(cell.ID, 10)
		batch.AddCell(&cell)
		batch.AddWork(&work)
	}
	if err := errors.Join(engine.UpdateCells(batch, true), submit(engine, batch)); err != nil {
		return err
	}
	round, err := engine.RunRound(context.Background(), 0, 0)
	if err != nil {
		return err
	}
	defer round.Close()
	for i := range round.Len() {
		if decision := round.Decision(i); decision.CellID != decision.Identifier {
			return fmt.Errorf("%s is on %q", decision.Identifier, decision.CellID)
		}
	}
	return nil
}

func submit(engine *rostrum.Engine, batch *rostrum.Batch) error {
	_, err := engine.Submit(batch, 0)
	return err
}

func TestStrategiesOfTheLibrary(t *testing.T) {
	for _, name := range []string{"diego", "binpack", "spread", "bestfit"} {
		strategy, err := rostrum.NewStrategy(name)
		check(t, err)
		if strategy.Name() != name || strategy.Failure() != nil {
			t.Errorf("%s is named %q and failed with %v", name, strategy.Name(), strategy.Failure())
		}
		check(t, strategy.Close())
	}
	_, err := rostrum.NewStrategy("best")
	expectError(t, err, rostrum.ErrNotFound, `"best"`)
}

func TestAPlugInIsLoaded(t *testing.T) {
	_, err := rostrum.LoadStrategy("./there-is-no-such.so")
	expectError(t, err, rostrum.ErrUnavailable, "there-is-no-such.so")
	source := "../../examples/plugin/most_free_disk.c"
	if _, err := os.Stat(source); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the example of a plug-in is not here")
	}
	object := filepath.Join(t.TempDir(), "plugin.so")
	flags, err := exec.Command("pkg-config", "--cflags", "rostrum").Output()
	check(t, err)
	arguments := append([]string{"-shared", "-fPIC", "-o", object, source}, strings.Fields(string(flags))...)
	if output, err := exec.Command("cc", arguments...).CombinedOutput(); err != nil {
		t.Fatalf("cc: %v\n%s", err, output)
	}
	strategy, err := rostrum.LoadStrategy(object)
	check(t, err)
	defer strategy.Close()
	engine := newEngineWith(t, strategy)
	small, large := makeCell("a", "zone", 100), makeCell("b", "zone", 100)
	small.Available.Disk -= rostrum.Units(1000)
	feed(t, engine, small, large, makeTask("task", 10))
	expectPlaced(t, runRound(t, engine), "task", "b")
}
