package auctionrunner

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/mesos"
)

// How many auctions /explain knows on Mesos. Each takes about 1 kB: 10 MB in all.
const mesosOutcomesKept = 10000

// mesosOutcomes are the last things that the framework said of each auction, for /explain. They are
// safe for concurrent use.
type mesosOutcomes struct {
	lock   sync.Mutex
	latest map[auctionName]*mesosOutcome
	order  []auctionName // A ring: what was said of first goes when it is full.
	next   int
}

// auctionName is what somebody asks for.
type auctionName struct {
	kind rostrum.Kind
	id   string
}

// mesosOutcome is what /explain tells of one auction on Mesos.
type mesosOutcome struct {
	ID      string   `json:"id"`
	Kind    string   `json:"kind"`
	Time    string   `json:"time"` // When it was said.
	Outcome string   `json:"outcome"`
	Placed  bool     `json:"placed"`            // Whether it has a place, as far as is known.
	CellID  string   `json:"cell_id,omitempty"` // Of launched work, as the next two.
	Zone    string   `json:"zone,omitempty"`
	TaskID  string   `json:"mesos_task_id,omitempty"`
	State   string   `json:"state,omitempty"`
	Text    string   `json:"text,omitempty"`
	Error   string   `json:"error"`             // Empty unless it was refused.
	Rounds  int32    `json:"rounds,omitempty"`  // How many have refused it; none has if nothing ever fits.
	Reasons []reason `json:"reasons,omitempty"` // Each of one or more offers, or static.
}

// outcomesAsked are one or two: of an instance, and of a task of the same name.
type outcomesAsked []mesosOutcome

func (o outcomesAsked) writeText(out io.Writer) {
	for i := range o {
		o[i].writeText(out)
	}
}

func newMesosOutcomes() *mesosOutcomes {
	return &mesosOutcomes{latest: map[auctionName]*mesosOutcome{}}
}

// note keeps what an event says of its work.
func (o *mesosOutcomes) note(event *mesos.Event, now time.Time) {
	outcome := &mesosOutcome{
		ID:      event.Identifier(),
		Kind:    event.WorkKind.String(),
		Time:    now.UTC().Format(time.RFC3339Nano),
		Outcome: event.Kind.String(),
		CellID:  event.AgentID,
		Zone:    event.Zone,
		TaskID:  event.TaskID,
		Text:    event.Text,
		Error:   event.Error,
		Rounds:  event.Attempts,
	}
	switch event.Kind {
	case mesos.Placed, mesos.Unclear:
		outcome.Placed = true
	case mesos.Status:
		outcome.Placed = true
		outcome.State = event.State.String()
	case mesos.Ended:
		outcome.State = event.State.String()
	}
	for i := range event.Reasons {
		outcome.Reasons = append(outcome.Reasons, describeReason(&event.Reasons[i]))
	}
	name := auctionName{event.WorkKind, outcome.ID}
	o.lock.Lock()
	defer o.lock.Unlock()
	if o.latest[name] == nil {
		o.makeRoom(name)
	}
	o.latest[name] = outcome
}

// makeRoom needs the lock.
func (o *mesosOutcomes) makeRoom(name auctionName) {
	if len(o.order) < mesosOutcomesKept {
		o.order = append(o.order, name)
		return
	}
	delete(o.latest, o.order[o.next])
	o.order[o.next] = name
	o.next = (o.next + 1) % len(o.order)
}

// explain answers /explain.
func (o *mesosOutcomes) explain(_ *http.Request, query url.Values) (page, error) {
	id, asked, err := readAuctionAsked(query)
	if err != nil {
		return nil, err
	}
	o.lock.Lock()
	defer o.lock.Unlock()
	var found outcomesAsked
	for _, kind := range asked {
		if outcome := o.latest[auctionName{kind, id}]; outcome != nil {
			found = append(found, *outcome)
		}
	}
	if found == nil {
		return nil, &rostrum.Error{Code: rostrum.NotFound, Text: fmt.Sprintf("nothing has been said of an auction %q "+
			"yet, or %d others since; an LRP instance is PROCESS-GUID.INDEX, a task its guid", id, mesosOutcomesKept)}
	}
	return found, nil
}

// writeText writes the outcome, then a line for each reason.
func (o *mesosOutcome) writeText(out io.Writer) {
	fmt.Fprintf(out, "%s %s: %s", o.Kind, o.ID, o.Outcome)
	if o.State != "" {
		fmt.Fprintf(out, " %s", o.State)
	}
	if o.CellID != "" {
		fmt.Fprintf(out, " on %s in zone %q as %s", o.CellID, o.Zone, o.TaskID)
	}
	for _, text := range []string{o.Error, o.Text} {
		if text != "" {
			fmt.Fprintf(out, ": %s", text)
		}
	}
	fmt.Fprintf(out, "\nat %s", o.Time)
	if o.Error != "" {
		fmt.Fprintf(out, ", after %s", counted(int64(o.Rounds), "round"))
	}
	fmt.Fprintln(out)
	for _, reason := range o.Reasons {
		fmt.Fprintf(out, "  %s\n", reason)
	}
}
