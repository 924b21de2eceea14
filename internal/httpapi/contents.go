package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"stet"
	"stet/contract"
	"stet/internal/state"
)

// Page bounds a list.
type Page struct {
	Limit int `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many at most."`
}

// Contents is a page of contents in the order of their ids.
type Contents struct {
	Contents []Content `json:"contents" nullable:"false"`
	Next     string    `json:"next,omitempty" doc:"Pass it as after for the next page; absent on the last."`
}

// ContentPath names a content in a path.
type ContentPath struct {
	ID string `path:"id" maxLength:"200" doc:"The content id as one escaped segment." example:"docs%2Fintro"`
}

func (p ContentPath) content(r state.Reader) (*state.Content, error) {
	c := &state.Content{ContentID: p.ID}
	found, err := r.Get(c)
	if err == nil && !found {
		err = stet.Errorf(stet.NotFound, "unknown_content", "there is no content %q", p.ID)
	}
	return c, err
}

func (s *Server) routeContents() {
	handle(s, Viewer, huma.Operation{OperationID: "list-contents", Method: http.MethodGet, Path: "/v1/contents", Tags: []string{"contents"},
		Summary: "List contents", Description: "All contents with where they stand at each target, in the order of their ids."},
		func(ctx context.Context, in *struct {
			Page
			After string `query:"after" maxLength:"200" doc:"Only ids after this one."`
		}) (*body[Contents], error) {
			return answer(s.contents(ctx, in.After, in.Limit))
		})
	handle(s, Viewer, huma.Operation{OperationID: "get-content", Method: http.MethodGet, Path: "/v1/contents/{id}", Tags: []string{"contents"},
		Summary: "Show one content", Description: "Where a content stands at each target."},
		func(ctx context.Context, in *struct{ ContentPath }) (out *body[Content], err error) {
			err = s.cfg.DB.View(ctx, func(r state.Reader) error {
				c, err := in.content(r)
				if err == nil {
					out, err = answer(showContent(r, c))
				}
				return err
			})
			return out, err
		})
	handle(s, Viewer, huma.Operation{OperationID: "get-timeline", Method: http.MethodGet, Path: "/v1/contents/{id}/timeline", Tags: []string{"contents"},
		Summary: "Read the timeline of one content", Description: "What happened to a content, in order. With wait the answer comes once there is something " +
			"after `after`, or empty when the time is over; so a client follows a content by asking again and again."},
		func(ctx context.Context, in *struct {
			ContentPath
			Page
			After int64 `query:"after" minimum:"0" doc:"Only events after this seq."`
			Wait  int   `query:"wait" minimum:"0" maximum:"30" doc:"Seconds to wait for the first event."`
		}) (*body[Events], error) {
			err := s.cfg.DB.View(ctx, func(r state.Reader) error { _, err := in.content(r); return err })
			if err != nil {
				return nil, err
			}
			query := state.Query{Equal: map[string]any{"content_id": in.ID}, Over: map[string]any{"seq": in.After}, Limit: in.Limit}
			return answer(s.waitForEvents(ctx, query, time.Duration(in.Wait)*time.Second))
		})
}

func (s *Server) contents(ctx context.Context, after string, limit int) (out Contents, err error) {
	out.Contents = []Content{}
	err = s.cfg.DB.View(ctx, func(r state.Reader) error {
		rows, err := state.All[*state.Content](r, state.Query{Over: map[string]any{"content_id": after}, Limit: limit + 1})
		if err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			out.Next = rows[limit-1].ContentID
		}
		for _, row := range rows {
			c, err := showContent(r, row)
			if err != nil {
				return err
			}
			out.Contents = append(out.Contents, c)
		}
		return nil
	})
	return out, err
}

// Events is a page of the log.
type Events struct {
	Events []contract.LogEvent `json:"events" nullable:"false"`
	After  int64               `json:"after" doc:"Pass it as after for the events to come."`
}

// otherNodes is how often a waiting request looks for events that other nodes committed.
const otherNodes = time.Second

// waitForEvents gives what query selects, as soon as there is something or the wait is over.
func (s *Server) waitForEvents(ctx context.Context, query state.Query, wait time.Duration) (Events, error) {
	over := time.NewTimer(wait)
	defer over.Stop()
	look := time.NewTicker(otherNodes)
	defer look.Stop()
	for {
		news := s.news.wait()
		page, err := s.events(ctx, query)
		if err != nil || len(page.Events) > 0 || wait == 0 {
			return page, err
		}
		select {
		case <-news:
		case <-look.C:
		case <-over.C:
			return page, nil
		case <-s.closing:
			return page, nil
		case <-ctx.Done():
			return page, ctx.Err()
		}
	}
}

func (s *Server) events(ctx context.Context, query state.Query) (Events, error) {
	page := Events{Events: []contract.LogEvent{}, After: query.Over["seq"].(int64)}
	err := s.cfg.DB.View(ctx, func(r state.Reader) error {
		rows, err := state.All[*state.Entry](r, query)
		for _, row := range rows {
			page.Events = append(page.Events, contract.Outgoing(row.Event()))
			page.After = row.Seq
		}
		return err
	})
	return page, err
}
