// Testauctioneer is what tests/mesos runs for Diego's auctioneer: the runner and its flags, as
// auctioneer/cmd/auctioneer/main.go has them, between an HTTP server with the auctioneer's routes and a
// delegate that prints results. There is no BBS and no lock.
//
// Standard output has a JSON object in each line, standard error the log.
package main

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"time"

	"code.cloudfoundry.org/auction/auctiontypes"
	"code.cloudfoundry.org/bbs/trace"
	"code.cloudfoundry.org/clock"
	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum/auctionrunner"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
	"code.cloudfoundry.org/workpool"
	"github.com/tedsuo/ifrit"
	"github.com/tedsuo/ifrit/grouper"
	"github.com/tedsuo/ifrit/http_server"
	"github.com/tedsuo/ifrit/sigmon"
)

var listenFlag = flag.String("listen", "127.0.0.1:9016", "where the auctioneer's routes are")

func main() {
	flag.Parse()
	logger := lager.NewLogger("auctioneer")
	logger.RegisterSink(lager.NewWriterSink(os.Stderr, lager.INFO))
	workPool, err := workpool.NewWorkPool(10)
	if err != nil {
		logger.Fatal("failed-to-construct-auction-runner-workpool", err)
	}
	runner := auctionrunner.New(logger, printer{}, noMetrics{}, clock.NewClock(), workPool, 0, 0.25, 0)

	group := grouper.NewOrdered(os.Interrupt, grouper.Members{
		{Name: "auction-runner", Runner: runner},
		{Name: "auction-server", Runner: http_server.New(*listenFlag, routes(runner))},
	})
	monitor := ifrit.Invoke(sigmon.New(group))
	logger.Info("started")
	if err := <-monitor.Wait(); err != nil {
		logger.Error("exited-with-failure", err)
		os.Exit(1)
	}
	logger.Info("exited")
}

func routes(runner auctiontypes.AuctionRunner) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/lrps", schedule(runner.ScheduleLRPsForAuctions))
	mux.HandleFunc("POST /v1/tasks", schedule(runner.ScheduleTasksForAuctions))
	return mux
}

func schedule[Start diego.LRPStartRequest | diego.TaskStartRequest](
	ask func([]Start, string),
) http.HandlerFunc {
	return func(response http.ResponseWriter, request *http.Request) {
		var starts []Start
		if err := json.NewDecoder(request.Body).Decode(&starts); err != nil {
			http.Error(response, err.Error(), http.StatusBadRequest)
			return
		}
		ask(starts, trace.RequestIdFromRequest(request))
		response.WriteHeader(http.StatusAccepted)
	}
}

// outcome is what is printed of each auction.
type outcome struct {
	Identifier string `json:"identifier"`
	Trace      string `json:"trace"`
	Winner     string `json:"winner,omitempty"`
	Attempts   int    `json:"attempts"`
	Error      string `json:"error,omitempty"`
	Placed     bool   `json:"placed"`
}

// printer is the runner's delegate.
type printer struct{}

func (printer) FetchCellReps(lager.Logger, string) (map[string]diego.Client, error) {
	return map[string]diego.Client{}, nil
}

func (printer) AuctionCompleted(_ lager.Logger, traceID string, results auctiontypes.AuctionResults) {
	out := json.NewEncoder(os.Stdout)
	tell := func(identifier string, record *auctiontypes.AuctionRecord, placed bool) {
		out.Encode(outcome{identifier, traceID, record.Winner, record.Attempts, record.PlacementError, placed})
	}
	for placed, lrps := range map[bool][]auctiontypes.LRPAuction{true: results.SuccessfulLRPs, false: results.FailedLRPs} {
		for i := range lrps {
			tell(lrps[i].Identifier(), &lrps[i].AuctionRecord, placed)
		}
	}
	for placed, tasks := range map[bool][]auctiontypes.TaskAuction{true: results.SuccessfulTasks, false: results.FailedTasks} {
		for i := range tasks {
			tell(tasks[i].Identifier(), &tasks[i].AuctionRecord, placed)
		}
	}
}

// noMetrics is an emitter that nobody listens to.
type noMetrics struct{}

func (noMetrics) FetchStatesCompleted(time.Duration) error             { return nil }
func (noMetrics) FailedCellStateRequest() error                        { return nil }
func (noMetrics) AuctionCompleted(_ auctiontypes.AuctionResults) error { return nil }
