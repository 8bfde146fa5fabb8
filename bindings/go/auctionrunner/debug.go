package auctionrunner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"code.cloudfoundry.org/lager/v3"
	"code.cloudfoundry.org/rostrum"
)

const (
	// How many requests are answered at once. The others are told to come again.
	debugRequestsAtOnce = 8
	debugRequestTime    = time.Minute // For a request in all.
	debugHeaderTime     = 5 * time.Second
	debugHeaderBytes    = 16 << 10
	debugGraceTime      = time.Second / 2 // For requests under way when the server ends.
)

// debugServer answers questions about a placer by HTTP; its root lists them. It changes nothing, and
// serves anybody who reaches its address.
type debugServer struct {
	placer   *placer // Nil on Mesos.
	listener net.Listener
	server   *http.Server
	seats    chan struct{}
	served   chan struct{} // Closed when the server has ended.
}

// newDebugServer listens at the address, host:port, and serves until Close.
func newDebugServer(address string, placer *placer) (*debugServer, error) {
	d := &debugServer{placer: placer, seats: make(chan struct{}, debugRequestsAtOnce)}
	if err := d.serve(address, d.handler(), placer.logger); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *debugServer) serve(address string, handler http.Handler, logger lager.Logger) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	d.listener = listener
	d.served = make(chan struct{})
	d.server = &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: debugHeaderTime,
		ReadTimeout:       debugHeaderTime,
		WriteTimeout:      debugRequestTime,
		IdleTimeout:       debugRequestTime,
		MaxHeaderBytes:    debugHeaderBytes,
		// What it says of bad requests is nobody's fault here.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	go func() {
		defer close(d.served)
		if err := d.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			logger.Error("debug-server-ended", err)
		}
	}()
	return nil
}

func (d *debugServer) address() string { return d.listener.Addr().String() }

// Close ends the server. Requests under way have a little time to end.
func (d *debugServer) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), debugGraceTime)
	defer cancel()
	if d.server.Shutdown(ctx) != nil {
		d.server.Close()
	}
	<-d.served
}

func (d *debugServer) handler() http.Handler {
	return handle([]endpoint{
		questionEndpoint("/explain", fmt.Sprintf("why one of the last rounds (%d at most) placed an LRP instance or a "+
			"task where it did, or refused it", d.placer.history.most), "/explain?id=PROCESS-GUID.0&format=text",
			d.explain, "id", "kind"),
		questionEndpoint("/headroom", "how many more LRP instances of some sizes would fit, by zone",
			"/headroom?memory_mb=1024&rootfs=preloaded:cflinuxfs4&format=text",
			d.headroom, "memory_mb", "disk_mb", "rootfs", "placement_tag", "volume_driver"),
		questionEndpoint("/snapshot", "all cells as the last round left them", "/snapshot?format=text", d.snapshot),
		{path: "/metrics", summary: metricsSummary, example: "/metrics", answer: d.metrics},
	}, d.seated)
}

const metricsSummary = "counts and times, in the text format of Prometheus"

// seated lets a few requests in at once, and answers for those that fail.
func (d *debugServer) seated(answer func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(response http.ResponseWriter, request *http.Request) {
		select {
		case d.seats <- struct{}{}:
			defer func() { <-d.seats }()
		default:
			response.Header().Set("Retry-After", "1")
			http.Error(response, "too many requests at once", http.StatusServiceUnavailable)
			return
		}
		if err := answer(response, request); err != nil {
			http.Error(response, err.Error(), statusOf(err))
		}
	}
}

// badRequest is an error of whoever asks.
type badRequest struct{ text string }

func (b badRequest) Error() string { return b.text }

func badRequestf(format string, arguments ...any) error {
	return badRequest{fmt.Sprintf(format, arguments...)}
}

// errNoRound is returned before there is anything to tell.
var errNoRound = errors.New("no round has been held yet, or the last one has failed")

func statusOf(err error) int {
	var bad badRequest
	switch {
	case errors.As(err, &bad), errors.Is(err, rostrum.ErrInvalidArgument):
		return http.StatusBadRequest
	case errors.Is(err, rostrum.ErrNotFound), errors.Is(err, errNoRound):
		return http.StatusNotFound
	case errors.Is(err, rostrum.ErrClosed), errors.Is(err, rostrum.ErrOutOfMemory):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func writeJSON(response http.ResponseWriter, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	response.Header().Set("Content-Type", "application/json")
	response.Write(append(text, '\n'))
	return nil
}

// cells returns all cells as the last round left them.
func (d *debugServer) cells() (*rostrum.Cells, error) {
	p := d.placer
	p.lock.RLock()
	defer p.lock.RUnlock()
	switch {
	case p.closed:
		return nil, rostrum.ErrClosed
	case p.engine == nil || !p.history.needs(p.engine):
		return nil, errNoRound
	}
	return p.engine.Snapshot()
}

func (d *debugServer) metrics(response http.ResponseWriter, _ *http.Request) error {
	cells, err := d.cells()
	if errors.Is(err, errNoRound) {
		cells, err = &rostrum.Cells{}, nil
	}
	if err != nil {
		return err
	}
	response.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	writer := metricsWriter{response}
	writer.writeCounts(d.placer.metrics)
	writer.writeZones(sumZones(cells))
	return nil
}
