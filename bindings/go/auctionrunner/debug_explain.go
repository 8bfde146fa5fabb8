package auctionrunner

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"code.cloudfoundry.org/rostrum"
)

// explanation is what /explain tells of one auction.
type explanation struct {
	ID      string   `json:"id"`
	Kind    string   `json:"kind"`
	Round   uint64   `json:"round"` // Its number, from 1 when the runner started.
	Time    string   `json:"time"`  // When that was held.
	Placed  bool     `json:"placed"`
	Error   string   `json:"error"`  // Empty if it was placed.
	Remedy  string   `json:"remedy"` // What would have placed it; empty if nothing can be said.
	Answers []answer `json:"answers"`
}

// answer is what one cell said to it.
type answer struct {
	CellID  string   `json:"cell_id"`
	Zone    string   `json:"zone"`
	Fits    bool     `json:"fits"`
	Winner  bool     `json:"winner"`
	Score   any      `json:"score,omitempty"` // A number, or a text such as "-inf".
	Tier    int64    `json:"tier,omitempty"`
	Reasons []reason `json:"reasons,omitempty"`
}

// reason is why a cell would not take it.
type reason struct {
	Reason  string `json:"reason"`
	Subject string `json:"subject,omitempty"`
	Static  bool   `json:"static"`
	*Shortage
}

// Shortage is how much of a resource a cell had too little, in MB or containers. It is there for
// reasons that are resources, though all of it may be zero but what was asked.
type Shortage struct {
	Asked   float64 `json:"asked"`
	Free    float64 `json:"free"`
	ShortBy float64 `json:"short_by"`
}

// explanations are one or two: of an instance, and of a task of the same name.
type explanations []explanation

func (e explanations) writeText(out io.Writer) {
	for i := range e {
		e[i].writeText(out)
	}
}

func (d *debugServer) explain(request *http.Request, query url.Values) (page, error) {
	id, asked, err := readAuctionAsked(query)
	if err != nil {
		return nil, err
	}
	return d.placer.explain(request.Context(), asked, id)
}

// readAuctionAsked returns the identifier that is asked for, and of which kinds.
func readAuctionAsked(query url.Values) (id string, asked []rostrum.Kind, err error) {
	id = query.Get("id")
	if id == "" {
		return "", nil, badRequestf("id is missing, expected PROCESS-GUID.INDEX of an LRP instance or the " +
			"guid of a task")
	}
	asked, err = kindsAsked(query)
	return id, asked, err
}

// kindsAsked returns the kinds that an id may be of: a task may have the name of an instance.
func kindsAsked(query url.Values) ([]rostrum.Kind, error) {
	switch kind := query.Get("kind"); kind {
	case "":
		return kinds[:], nil
	case "lrp":
		return []rostrum.Kind{rostrum.LRP}, nil
	case "task":
		return []rostrum.Kind{rostrum.Task}, nil
	default:
		return nil, badRequestf("kind is %q, expected lrp or task", kind)
	}
}

// explain explains the latest decision on what has an identifier, for each kind that is asked for. The
// rounds stay as they are meanwhile, and the end of the next one waits for that.
func (p *placer) explain(ctx context.Context, asked []rostrum.Kind, id string) (page, error) {
	p.lock.RLock()
	defer p.lock.RUnlock()
	switch {
	case p.closed:
		return nil, rostrum.ErrClosed
	case len(p.history.rounds) == 0:
		return nil, errNoRound
	}
	var found explanations
	for _, kind := range asked {
		round := p.history.latest(kind, id)
		if round == nil {
			continue
		}
		p.asking.Lock()
		told, err := round.engine.Explain(ctx, round.Round, kind, id)
		p.asking.Unlock()
		if err != nil {
			return nil, err
		}
		found = append(found, describe(kind, id, round, told))
	}
	if found == nil {
		rounds := "round"
		if count := len(p.history.rounds); count > 1 {
			rounds = counted(int64(count), "round")
		}
		return nil, &rostrum.Error{Code: rostrum.NotFound, Text: fmt.Sprintf("the last %s had no auction %q; "+
			"an LRP instance is PROCESS-GUID.INDEX, a task its guid", rounds, id)}
	}
	return found, nil
}

func describe(kind rostrum.Kind, id string, round *keptRound, told *rostrum.Explanation) explanation {
	made := explanation{
		ID:      id,
		Kind:    kind.String(),
		Round:   round.number,
		Time:    round.at.UTC().Format(time.RFC3339Nano),
		Placed:  told.Text == "",
		Error:   told.Text,
		Remedy:  told.Remedy,
		Answers: make([]answer, len(told.Answers)),
	}
	for i := range told.Answers {
		made.Answers[i] = describeAnswer(&told.Answers[i])
	}
	return made
}

func describeAnswer(told *rostrum.Answer) answer {
	made := answer{CellID: told.CellID, Zone: told.Zone, Fits: told.Fits, Winner: told.Winner}
	if told.Fits {
		made.Score, made.Tier = describeScore(told.Score.Value), told.Score.Tier
	}
	for i := range told.Reasons {
		made.Reasons = append(made.Reasons, describeReason(&told.Reasons[i]))
	}
	return made
}

func describeReason(told *rostrum.Reason) reason {
	made := reason{Reason: told.Code.String(), Subject: told.Subject, Static: told.Static}
	if told.Code == rostrum.ReasonResource {
		made.Shortage = &Shortage{told.Asked.Float64(), told.Free.Float64(), told.ShortBy.Float64()}
	}
	return made
}

// describeScore returns a number, or the name that `rostrum place` has for it if JSON has none.
func describeScore(value float64) any {
	if math.IsInf(value, 0) || math.IsNaN(value) {
		return strings.ToLower(strings.TrimPrefix(fmt.Sprint(value), "+"))
	}
	return value
}

// writeText writes the outcome, then a line for each cell.
func (e *explanation) writeText(out io.Writer) {
	outcome := "placed"
	if !e.Placed {
		outcome = "refused: " + e.Error
	}
	fmt.Fprintf(out, "%s %s: %s\nin round %d, at %s\n", e.Kind, e.ID, outcome, e.Round, e.Time)
	if e.Remedy != "" {
		fmt.Fprintf(out, "%s\n", e.Remedy)
	}
	for i := range e.Answers {
		e.Answers[i].writeText(out)
	}
}

func (a *answer) writeText(out io.Writer) {
	fmt.Fprintf(out, "  %s in zone %q: ", a.CellID, a.Zone)
	switch {
	case a.Winner:
		fmt.Fprintf(out, "won, score %v", a.Score)
	case a.Fits:
		fmt.Fprintf(out, "fits, score %v", a.Score)
	default:
		fmt.Fprint(out, "refused")
	}
	if a.Tier != 0 {
		fmt.Fprintf(out, ", tier %d", a.Tier)
	}
	separator := ": "
	for _, reason := range a.Reasons {
		fmt.Fprint(out, separator, reason)
		separator = "; "
	}
	fmt.Fprintln(out)
}

func (r reason) String() string {
	text := r.Reason
	if r.Shortage != nil {
		text = fmt.Sprintf("too little %s (asked %v, free %v)", r.Subject, r.Asked, r.Free)
	} else if r.Subject != "" {
		text += ": " + r.Subject
	}
	if r.Static {
		text += ", for good"
	}
	return text
}
