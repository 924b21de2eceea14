package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"stet"
	"stet/contract"
	"stet/internal/ledger"
	"stet/internal/state"
)

// EventFilter selects events.
type EventFilter struct {
	After   int64  `query:"after" minimum:"0" doc:"Only events after this seq."`
	Type    string `query:"type" maxLength:"40" doc:"Only events of this type."`
	Content string `query:"content" maxLength:"200" doc:"Only events of this content id."`
	Target  string `query:"target" maxLength:"63" doc:"Only events of this target."`
}

func (f EventFilter) query(limit int) state.Query {
	q := state.Query{Equal: map[string]any{}, Over: map[string]any{"seq": f.After}, Limit: limit}
	for column, value := range map[string]string{"type": f.Type, "content_id": f.Content, "target": f.Target} {
		if value != "" {
			q.Equal[column] = value
		}
	}
	return q
}

// LogHead stands for the whole log: whoever keeps one can tell later whether what is before it was changed.
type LogHead struct {
	Size int64  `json:"size" doc:"The number of events."`
	Head string `json:"head" doc:"SIZE:ROOT, the root hash of the Merkle tree (RFC 6962) in base64; for stet events verify."`
}

// exportPath gives the log as lines; it is no typed operation, since it has no end in memory.
const exportPath = "/v1/events/export"

func (s *Server) routeEvents() {
	handle(s, Viewer, huma.Operation{OperationID: "list-events", Method: http.MethodGet, Path: "/v1/events", Tags: []string{"log"},
		Summary: "Read the log", Description: "Events in the order of the log."},
		func(ctx context.Context, in *struct {
			EventFilter
			Page
		}) (*body[Events], error) {
			return answer(s.events(ctx, in.query(in.Limit)))
		})
	handle(s, Viewer, huma.Operation{OperationID: "get-log-head", Method: http.MethodGet, Path: "/v1/log/head", Tags: []string{"log"},
		Summary: "Show the head of the log", Description: "Keep it elsewhere: it proves later that the log up to here is unchanged."},
		func(ctx context.Context, _ *struct{}) (*body[LogHead], error) { return answer(s.head(ctx)) })
	handle(s, Viewer, huma.Operation{OperationID: "list-targets", Method: http.MethodGet, Path: "/v1/targets", Tags: []string{"contents"},
		Summary: "List targets", Description: "The configured places to publish to."},
		func(context.Context, *struct{}) (*body[Targets], error) {
			return answer(Targets{append([]Target{}, s.cfg.Targets...)}, nil)
		})
	s.raw(Route{http.MethodGet, exportPath, Viewer}, s.export)
	s.describeExport()
}

// Targets are the configured places to publish to.
type Targets struct {
	Targets []Target `json:"targets" nullable:"false"`
}

func (s *Server) head(ctx context.Context) (LogHead, error) {
	row := state.Head{Name: "log"}
	err := s.cfg.DB.View(ctx, func(r state.Reader) error { _, err := r.Get(&row); return err })
	if err != nil {
		return LogHead{}, err
	}
	var frontier ledger.Frontier
	if err := frontier.UnmarshalBinary(row.Frontier); err != nil {
		return LogHead{}, fmt.Errorf("read log_head: %w", err)
	}
	return LogHead{Size: frontier.Size(), Head: frontier.Head().String()}, nil
}

const (
	exportPage = 500              // events read at once
	exportWait = 30 * time.Second // for a slow reader to take a page
)

// export writes events as lines of JSON until the log ends.
func (s *Server) export(w http.ResponseWriter, r *http.Request) {
	filter, err := exportFilter(r)
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	control := http.NewResponseController(w)
	for {
		page, err := s.events(r.Context(), filter.query(exportPage))
		if err != nil { // a line that is no event says that the export is not whole
			noteError(r.Context(), err)
			fmt.Fprintln(w, `{"error":"the log could not be read to its end"}`)
			return
		}
		_ = control.SetWriteDeadline(time.Now().Add(exportWait)) // not every server can; the others end with the process
		if err := writeLines(w, page.Events); err != nil || len(page.Events) < exportPage {
			return // the reader is gone, or the log has ended
		}
		filter.After = page.After
	}
}

func writeLines(w http.ResponseWriter, events []contract.LogEvent) error {
	encoder := json.NewEncoder(w)
	for _, e := range events {
		if err := encoder.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

func exportFilter(r *http.Request) (f EventFilter, err error) {
	for name, values := range r.URL.Query() {
		if len(values) != 1 {
			return f, stet.Errorf(stet.Invalid, "bad_query", "the parameter %q is there %d times", name, len(values))
		}
		switch value := values[0]; name {
		case "after":
			if f.After, err = strconv.ParseInt(value, 10, 64); err != nil || f.After < 0 {
				return f, stet.Errorf(stet.Invalid, "bad_query", "after must be the seq of an event, in plain digits")
			}
		case "type":
			f.Type = value
		case "content":
			f.Content = value
		case "target":
			f.Target = value
		default:
			return f, stet.Errorf(stet.Invalid, "bad_query", "there is no parameter %q; allowed are after, content, target, type", name)
		}
	}
	return f, errors.Join(err)
}
