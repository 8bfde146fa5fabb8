package auctionrunner

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// endpoint is something that the debug server answers.
type endpoint struct {
	path    string
	summary string // One line, which the root shows.
	example string
	answer  func(http.ResponseWriter, *http.Request) error

	parameters []string // Those that it takes.
}

// questionEndpoint is one that answers in the formats that there are.
func questionEndpoint(path, summary, example string, ask func(*http.Request, url.Values) (page, error),
	parameters ...string) endpoint {
	parameters = append(parameters, "format")
	return endpoint{path, summary, example, formatted(formatJSON, ask, parameters), parameters}
}

// page is an answer: JSON as its fields say, or the text that it writes.
type page interface{ writeText(out io.Writer) }

// formats are the values of the parameter format, which all questions have.
const (
	formatJSON = "json"
	formatText = "text"
)

// formatted answers a question in the format that is wanted, which is `usual` where nothing is said.
func formatted(
	usual string, ask func(*http.Request, url.Values) (page, error), parameters []string,
) func(http.ResponseWriter, *http.Request) error {
	return func(response http.ResponseWriter, request *http.Request) error {
		query, err := readQuery(request, parameters)
		if err != nil {
			return err
		}
		format, err := formatOf(query, request.Header, usual)
		if err != nil {
			return err
		}
		answer, err := ask(request, query)
		if err != nil {
			return err
		}
		if format == formatJSON {
			return writeJSON(response, answer)
		}
		response.Header().Set("Content-Type", "text/plain; charset=utf-8")
		answer.writeText(response)
		return nil
	}
}

// readQuery reads the parameters. One that nothing would look at is a mistake.
func readQuery(request *http.Request, known []string) (url.Values, error) {
	query, err := url.ParseQuery(request.URL.RawQuery)
	if err != nil {
		return nil, badRequestf("the parameters are %q, expected NAME=VALUE&NAME=VALUE with %%XX for "+
			"anything but letters and digits: %v", request.URL.RawQuery, err)
	}
	for name := range query {
		if !slices.Contains(known, name) {
			return nil, badRequestf("there is no parameter %q, expected %s", name, strings.Join(known, ", "))
		}
	}
	return query, nil
}

// formatOf returns the format that the query names, or else that of the header Accept.
func formatOf(query url.Values, header http.Header, usual string) (string, error) {
	if query.Has("format") {
		format := query.Get("format")
		if format != formatJSON && format != formatText {
			return "", badRequestf("format is %q, expected json or text", format)
		}
		return format, nil
	}
	best, bestWeight := usual, 0.0
	for _, accepted := range strings.Split(strings.Join(header.Values("Accept"), ","), ",") {
		kind, parameters, err := mime.ParseMediaType(accepted)
		if err != nil {
			continue
		}
		weight := 1.0
		if text, ok := parameters["q"]; ok {
			if weight, err = strconv.ParseFloat(text, 64); err != nil {
				continue
			}
		}
		format := usual
		switch kind {
		case "application/json", "application/*":
			format = formatJSON
		case "text/plain", "text/*":
			format = formatText
		case "*/*":
		default:
			continue
		}
		if weight > bestWeight {
			best, bestWeight = format, weight
		}
	}
	return best, nil
}

// counted is a number of things: "1 cell", "2 cells".
func counted(count int64, thing string) string {
	if count == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", count, thing)
}

// index is what the root tells: what there is to ask for.
type index struct {
	Endpoints []indexEntry `json:"endpoints"`
}

type indexEntry struct {
	Path       string   `json:"path"`
	Summary    string   `json:"summary"`
	Parameters []string `json:"parameters"`
	Example    string   `json:"example"`
}

func (i index) writeText(out io.Writer) {
	fmt.Fprintln(out, "What Rostrum tells of its auctions. Answers are JSON, or text with format=text.")
	for _, entry := range i.Endpoints {
		fmt.Fprintf(out, "\n%-10s %s\n", entry.Path, entry.Summary)
		if len(entry.Parameters) > 0 {
			fmt.Fprintf(out, "%10s %s\n", "with", strings.Join(entry.Parameters, ", "))
		}
		fmt.Fprintf(out, "%10s %s\n", "e.g.", entry.Example)
	}
}

// handle makes a handler of what there is; the root lists it, and nothing else is there.
func handle(
	endpoints []endpoint, seated func(answer func(http.ResponseWriter, *http.Request) error) http.HandlerFunc,
) http.Handler {
	mux := http.NewServeMux()
	list := index{}
	paths := map[string]bool{"/": true}
	for _, endpoint := range endpoints {
		list.Endpoints = append(list.Endpoints, indexEntry{endpoint.path, endpoint.summary,
			listOf(endpoint.parameters), endpoint.example})
		paths[endpoint.path] = true
		mux.HandleFunc("GET "+endpoint.path, seated(endpoint.answer))
	}
	mux.HandleFunc("GET /{$}", seated(formatted(formatText,
		func(*http.Request, url.Values) (page, error) { return list, nil }, []string{"format"})))
	mux.HandleFunc("/", func(response http.ResponseWriter, request *http.Request) {
		if paths[request.URL.Path] {
			response.Header().Set("Allow", "GET, HEAD")
			http.Error(response, fmt.Sprintf("the method is %s, expected GET", request.Method),
				http.StatusMethodNotAllowed)
			return
		}
		http.Error(response, fmt.Sprintf("%q is not there; / lists what is", request.URL.Path), http.StatusNotFound)
	})
	return mux
}
